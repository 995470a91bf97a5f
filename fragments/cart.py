"""The basket, as people see it."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from domains import cart, market
from domains.errors import NotFound, say

from .forms import Form
from .market import about
from .view import Db, Page, Typed, View
from .visit import holder_of

PRODUCT = "market.product"


@get("/cart/badge")
async def badge(db: Db, view: Page) -> Response[str]:
    lines, _ = await _standing(db, view)
    count, total = sum(line.counts for line in lines), sum(line.sum for line in lines)
    return await view.render("cart/_badge.html", title=view.text(say("Basket")), count=count, total=total)


@get("/cart/basket")
async def basket(db: Db, view: Page) -> Response[str]:
    return await view.render("cart/_basket.html", **await _basket(db, view))


@post("/cart/lines")
async def add_line(db: Db, view: Page, data: Typed) -> Response[Any]:
    """From a list of goods, or from one good's own page."""
    form = Form(data)
    product = await _offered(db, form)
    line = _line(view, product, form.text("quantity"))
    with form.refusals():
        asked = cart.check_line(line)  # before anybody is given a session for it
        added = await cart.add_line(db, await view.holder(), line)
        if not view.wants_fragment:
            return view.see("/cart/basket", "in-basket")
        return await _tell(view, form, added, before=added.quantity - asked)
    _fill_in(view, form, line)
    if view.wants_fragment:
        return await view.refuse("cart/_lines.html", form)
    return await view.refuse("market/_product.html", form, title=product.name, **await about(db, product))


@post("/cart/lines/{id:int}")
async def change_line(db: Db, view: Page, id: FromPath[int], data: Typed) -> Response[Any]:
    """From the basket; or from the notice that something was added, which stands on any page."""
    form, holder = Form(data, f"line-{id}"), holder_of(view.session)
    elsewhere = view.wants_fragment and form.text("from") == "notice"
    kept = await cart.line(db, holder, id)
    line = await _now(db, view, kept, form.text("quantity"))
    with form.refusals():
        changed = await cart.change_line(db, holder, id, line)
        return await (_tell(view, form, changed) if elsewhere else _answer(db, view, changed.id))
    _fill_in(view, form, line)
    if elsewhere:
        return await view.refuse("cart/_lines.html", form)
    return await view.refuse("cart/_basket.html", form, **await _basket(db, view, {id: form}))


@post("/cart/lines/{id:int}/removal")
async def remove_line(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    await cart.remove_line(db, holder_of(view.session), id)
    return await _answer(db, view)


@post("/cart/lines/{id:int}/return")
async def restore_line(db: Db, view: Page, id: FromPath[int]) -> Response[Any]:
    await cart.restore_line(db, holder_of(view.session), id)
    return await _answer(db, view)


async def _answer(db: Db, view: View, changed: int = 0) -> Response[Any]:
    if not view.wants_fragment:
        return view.see("/cart/basket", "basket")
    return await view.render("cart/_basket.html", also=[badge], **await _basket(db, view) | {"changed": changed})


async def _tell(view: View, form: Form, line: cart.BasketLine, before: int | None = None) -> Response[Any]:
    """Wherever they are; `before` is what undoing goes back to."""
    return await view.render("cart/_lines.html", also=[badge], form=form, line=line, before=before)


async def _basket(db: Db, view: View, refused: dict[int, Form] | None = None) -> dict[str, Any]:
    lines, goods = await _standing(db, view)
    forms = {line.id: Form({"quantity": str(line.quantity)}, f"line-{line.id}") for line in lines}
    members = sum(goods[line.ref].price_for(member=True) * line.counts for line in lines if line.counts)
    return {
        "title": view.text(say("Your basket")),
        "lines": lines,
        "goods": goods,
        "forms": forms | (refused or {}),
        "total": sum(line.sum for line in lines),
        "members": members,
        "changed": None,
    }


async def _standing(db: Db, view: View) -> tuple[list[cart.Standing], dict[int, market.Product]]:
    """Their lines as things are now, and the goods that they are about."""
    lines = await cart.lines(db, holder_of(view.session))
    goods = {product.id: product for product in await market.products(db, [line.ref for line in lines])}
    return cart.standing(lines, [_line(view, product) for product in goods.values()]), goods


def _line(view: View, product: market.Product, quantity: str = "") -> cart.Line:
    member = holder_of(view.session).startswith("person:")
    amount = product.price_for(member=member)
    return cart.Line(PRODUCT, product.id, product.name, product.unit, amount, quantity, product.most)


async def _offered(db: Db, form: Form) -> market.Product:
    """Raises NotFound."""
    ref = form.text("ref")
    if form.text("kind") != PRODUCT or not ref.isascii() or not ref.isdecimal() or len(ref) > 18:
        raise NotFound
    product = await market.product(db, int(ref))
    if not product.is_offered:
        raise NotFound
    return product


async def _now(db: Db, view: View, kept: cart.BasketLine, quantity: str) -> cart.Line:
    """What is in the basket, as it is offered now; if it is not, there are none."""
    if found := await market.products(db, [kept.ref]):
        return _line(view, found[0], quantity)
    return cart.Line(kept.kind, kept.ref, kept.title, kept.unit, kept.amount, quantity, 0)


def _fill_in(view: View, form: Form, line: cart.Line) -> None:
    form.wrong = {name: view.text(sentence).format(most=line.most) for name, sentence in form.wrong.items()}


ROUTES = [badge, basket, add_line, change_line, remove_line, restore_line]
