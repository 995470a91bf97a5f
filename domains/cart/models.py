from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from domains.base import Table
from domains.values import Instant, now


class Basket(Table):
    __tablename__ = "cart_baskets"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    holder: Mapped[str] = mapped_column(unique=True)
    """`person:7` or `session:12`."""
    changed: Mapped[datetime] = mapped_column(Instant, index=True, default_factory=now)


class BasketLine(Table):
    __tablename__ = "cart_lines"
    private = True

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("cart_baskets.id", ondelete="CASCADE"))
    kind: Mapped[str]
    ref: Mapped[int]
    title: Mapped[str]
    unit: Mapped[str]
    amount: Mapped[int]
    """Minor units, for one, when its quantity was last said."""
    quantity: Mapped[int] = mapped_column(default=0)
    removed: Mapped[bool] = mapped_column(default=False)
    """Taken out, and kept until the next change in case it is put back."""


Index("cart_lines_thing", BasketLine.basket_id, BasketLine.kind, BasketLine.ref, unique=True)
