"""Goods, as people see them, and as editors keep them."""

import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from domains import market
from domains.errors import Conflict, NotFound, say

from . import events
from .forms import Form
from .view import Db, Page, Typed, View

DESK = "desk.html"
NEW = say("New product")


@get("/market/goods")
async def goods(
    db: Db,
    view: Page,
    words: FromQuery[str] = "",
    category: FromQuery[list[str] | None] = None,
    supplier: FromQuery[list[str] | None] = None,
    page: FromQuery[str] = "",
) -> Response[str]:
    chosen = {"category": _chosen(category), "supplier": _chosen(supplier)}
    number = int(page) if re.fullmatch(r"\d{1,6}", page, re.ASCII) else 1
    found = await market.goods(db, words, chosen["category"], chosen["supplier"], number)
    return await view.render(
        "market/_goods.html",
        title=view.text(say("Market")),
        goods=found,
        groups=[(name, list(group)) for name, group in groupby(found.found, lambda product: product.category)],
        facets={
            "category": dict.fromkeys(chosen["category"], 0) | dict(found.categories),
            "supplier": dict.fromkeys(chosen["supplier"], 0) | dict(found.suppliers),
        },
        words=words,
        chosen=chosen,
        href=f"/market/goods?{urlencode({'words': words} | chosen, doseq=True)}&page={{page}}",
        market_days=await view.embed(events.market_days),
        withdrawn=await market.withdrawn(db) if view.writes else (),
    )


@get("/market/product/{id:int}")
async def product(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    found = await market.product(db, id)
    if not (found.is_offered or view.writes):
        raise NotFound
    form = Form({"quantity": "1"})
    return await view.render("market/_product.html", title=found.name, **await about(db, found), form=form)


@get("/market/featured")
async def featured(db: Db, view: Page) -> Response[str]:
    """For the home page, and inside posts."""
    return await view.render(
        "market/_featured.html",
        title=view.text(say("This week’s market")),
        products=await market.featured(db),
        count=sum((await view.once(market.tallied_suppliers)).values()),
        next_market_day=await view.embed(events.next_market_day),
    )


@get("/market/suppliers")
async def suppliers(view: Page) -> Response[str]:
    """Who the goods come from, for the home page."""
    tallies = await view.once(market.tallied_suppliers)
    return await view.render("market/_suppliers.html", title=view.text(say("Who it comes from")), tallies=tallies)


@get("/market/new-product")
async def new_product(db: Db, view: Page) -> Response[str]:
    view.editor()
    about = await _known(db, view)
    return await view.render("market/_new_product.html", title=view.text(NEW), layout=DESK, form=Form(), **about)


@post("/market/new-product")
async def add_product(db: Db, view: Page, data: Typed) -> Response[Any]:
    view.editor()
    form = Form(data)
    with form.refusals():
        added = await market.add_product(db, _facts(form), view.site.currency)
        return view.see(f"/market/product/{added.id}", "added")
    about = await _known(db, view)
    return await view.refuse("market/_new_product.html", form, title=view.text(NEW), layout=DESK, **about)


@get("/market/edit-product/{id:int}")
async def edit_product(db: Db, view: Page, id: FromPath[int]) -> Response[str]:
    view.editor()
    found = await market.product(db, id)
    form = _form(found, market.facts(found, view.site.currency))
    return await view.render(
        "market/_edit_product.html",
        title=found.name,
        layout=DESK,
        form=form,
        product=found,
        theirs={},
        **await _known(db, view),
    )


@post("/market/edit-product/{id:int}")
async def change_product(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    view.editor()
    form, theirs = Form(data), dict[str, str]()
    try:
        with form.refusals():
            await market.change_product(db, id, form.text("version"), _facts(form), view.site.currency)
            return view.see(f"/market/product/{id}", "saved")
    except Conflict:
        found = await market.product(db, id)
        theirs = market.difference(market.facts(found, view.site.currency), _facts(form))
        form = _form(found, _facts(form))
    found = await market.product(db, id)
    return await view.render(
        "market/_edit_product.html",
        title=found.name,
        status=422 if form.wrong else 409,
        layout=DESK,
        form=form,
        product=found,
        theirs=theirs,
        **await _known(db, view),
    )


@post("/market/product/{id:int}/withdrawal")
async def withdraw_product(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    view.editor()
    await market.withdraw_product(db, id, view.site.currency)
    return view.see(f"/market/product/{id}", "withdrawn")


@post("/market/product/{id:int}/return")
async def offer_again(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    view.editor()
    await market.offer_again(db, id, view.site.currency)
    return view.see(f"/market/product/{id}", "offered")


async def about(db: Db, product: market.Product) -> Mapping[str, Any]:
    """What a product's own page shows beside its form."""
    theirs, others = await market.related(db, product)
    return {"product": product, "theirs": theirs, "others": others}


def _chosen(typed: list[str] | None) -> list[str]:
    return [name for name in typed or () if name]


def _facts(form: Form) -> market.Facts:
    return market.Facts(**{field.name: form.text(field.name) for field in fields(market.Facts)})


def _form(product: market.Product, said: market.Facts) -> Form:
    """To be sent against the product as it is now."""
    return Form(asdict(said) | {"version": str(product.version)})


async def _known(db: Db, view: View) -> Mapping[str, Any]:
    """What others of its kind are called already."""
    return {"categories": await market.categories(db), "suppliers": await market.suppliers(db)}


ROUTES = [
    goods,
    product,
    featured,
    suppliers,
    new_product,
    add_product,
    edit_product,
    change_product,
    withdraw_product,
    offer_again,
]
