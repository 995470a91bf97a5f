import re
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from domains.base import Table
from domains.search import Found

OFFERED, WITHDRAWN = "offered", "withdrawn"
FEW = 10
"""Fewer than this many are few."""
PICTURES = (
    "apples",
    "beetroot",
    "carrots",
    "chard",
    "cheese",
    "crate",
    "cup",
    "eggs",
    "honey",
    "leeks",
    "loaf",
    "potatoes",
    "seeds",
    "squash",
    "wreath",
)
"""The linocuts that show goods."""
MEASURED = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?) ?(g|kg|ml|cl|l)", re.ASCII)
WHOLE = {"g": ("kg", 1000), "kg": ("kg", 1), "ml": ("l", 1000), "cl": ("l", 100), "l": ("l", 1)}
"""A measure -> what goods are compared by, and how many of the measure make one."""


class Product(Table):
    __tablename__ = "market_products"
    found = Found(
        room=2,
        kind="'product'",
        path="'/market/product/' || new.id",
        title="new.name",
        note="new.note",
        about="new.supplier || ' ' || new.category || ' ' || new.number",
        words="new.description",
        when=f"new.status = '{OFFERED}'",
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str]
    supplier: Mapped[str]
    category: Mapped[str]
    price: Mapped[int]
    """Minor units, for one `unit`."""
    member_price: Mapped[int | None] = mapped_column(default=None)
    """None where members pay what everyone pays."""
    number: Mapped[str] = mapped_column(default="")
    """Of the co-op's catalogue."""
    note: Mapped[str] = mapped_column(default="")
    """One line, for lists."""
    description: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="")
    """What one of it is: "a bunch"."""
    stock: Mapped[int | None] = mapped_column(default=None)
    """None is plenty."""
    art: Mapped[str] = mapped_column(default="")
    """One of PICTURES, or empty."""
    featured: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(default=OFFERED)
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change."""

    @property
    def is_offered(self) -> bool:
        return self.status == OFFERED

    @property
    def most(self) -> int | None:
        """How many can be had; None is plenty."""
        return self.stock if self.is_offered else 0

    @property
    def left(self) -> str:
        """none, few, or empty for plenty."""
        if self.most is None or self.most >= FEW:
            return ""
        return "few" if self.most else "none"

    @property
    def is_measured(self) -> bool:
        """Whether its unit is a weight or a volume: 500 g."""
        return bool(MEASURED.fullmatch(self.unit))

    def per_whole(self, price: int) -> tuple[int, str] | None:
        """What a kilogram (kg) or a litre (l) comes to at this price; None where that says nothing new."""
        found = MEASURED.fullmatch(self.unit)
        amount = Decimal(found[1].replace(",", ".")) if found else Decimal(0)
        whole, parts = WHOLE[found[2]] if found else ("", 1)
        if amount in (0, parts):
            return None
        return int((price * parts / amount).quantize(Decimal(1), ROUND_HALF_UP)), whole

    def price_for(self, *, member: bool) -> int:
        return self.member_price if member and self.member_price is not None else self.price


Index("market_products_category", Product.status, Product.category)
