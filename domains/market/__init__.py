"""The market owns goods: what they are, who grew or made them, what they cost, and how many are left.

A price is in minor units of the co-op's currency. What is withdrawn stays, so that it can be offered again.
"""

from .commands import add_product, change_product, offer_again, remove_product, withdraw_product
from .facts import Facts, difference, facts
from .models import FEW, PICTURES, Product
from .queries import (
    Goods,
    categories,
    count,
    featured,
    goods,
    offered,
    product,
    products,
    related,
    suppliers,
    tallied_suppliers,
    withdrawn,
)

__all__ = [
    "FEW",
    "PICTURES",
    "Facts",
    "Goods",
    "Product",
    "add_product",
    "categories",
    "change_product",
    "count",
    "difference",
    "facts",
    "featured",
    "goods",
    "offer_again",
    "offered",
    "product",
    "products",
    "related",
    "remove_product",
    "suppliers",
    "tallied_suppliers",
    "withdraw_product",
    "withdrawn",
]
