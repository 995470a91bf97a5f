"""A product as somebody types it, and what is asked of that before it is kept."""

from dataclasses import asdict, dataclass
from typing import Any

from domains.check import Check
from domains.errors import say
from domains.values import major_units

from .models import PICTURES, Product


@dataclass(frozen=True, slots=True)
class Facts:
    name: str
    supplier: str
    category: str
    price: str
    member_price: str = ""
    number: str = ""
    note: str = ""
    description: str = ""
    unit: str = ""
    stock: str = ""
    art: str = ""
    featured: str = ""
    """Anything for yes."""


def facts(product: Product, currency: str) -> Facts:
    """As it would be typed."""
    said = {name: getattr(product, name) for name in Facts.__slots__}
    for name in ("price", "member_price"):
        said[name] = None if said[name] is None else major_units(said[name], currency)
    said["featured"] = "yes" if product.featured else None
    return Facts(**{name: "" if value is None else str(value) for name, value in said.items()})


def difference(theirs: Facts, yours: Facts) -> dict[str, str]:
    """Theirs, field by field, where it is not yours."""
    typed = asdict(yours)
    return {name: value for name, value in asdict(theirs).items() if value.split() != typed[name].split()}


def checked(said: Facts, currency: str) -> dict[str, Any]:
    """The columns. Raises Invalid."""
    check = Check()
    price = check.money("price", said.price, currency, say("Say what it costs."))
    member_price = check.money("member_price", said.member_price, currency)
    if not check.wrong and (member_price or 0) > (price or 0):
        check.refuse("member_price", say("Members never pay more than others. Make it the price or less."))
    columns = {
        "name": check.line("name", said.name, say("Give it a name."), most=120),
        "supplier": check.line("supplier", said.supplier, say("Say who grows or makes it."), most=120),
        "category": check.line("category", said.category, say("Say what kind of thing it is, like Roots."), most=60),
        "price": price,
        "member_price": member_price,
        "number": check.line("number", said.number, most=20),
        "note": check.line("note", said.note, most=200),
        "description": check.text("description", said.description, most=5000),
        "unit": check.line("unit", said.unit, most=60),
        "stock": check.whole("stock", said.stock),
        "art": check.one_of("art", said.art, ("", *PICTURES)),
        "featured": bool(said.featured),
    }
    check.done()
    return columns
