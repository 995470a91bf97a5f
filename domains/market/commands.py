from sqlalchemy.ext.asyncio import AsyncSession

from domains.activities import Activity, record
from domains.errors import Conflict

from .facts import Facts, checked
from .models import OFFERED, WITHDRAWN, Product
from .queries import product as find


async def add_product(db: AsyncSession, said: Facts, currency: str) -> Product:
    """Raises Invalid."""
    added = Product(**checked(said, currency))
    db.add(added)
    await db.flush()
    await _record(db, "Create", added, currency)
    return added


async def change_product(db: AsyncSession, id: int, version: str, said: Facts, currency: str) -> Product:
    """`version` is the one that whoever changes it has seen. Raises NotFound, Conflict, Invalid."""
    product = await find(db, id)
    if version != str(product.version):
        raise Conflict(f"product {id} has version {product.version}, not {version}")
    for name, value in checked(said, currency).items():
        setattr(product, name, value)
    return await _raise(db, "Update", product, currency)


async def remove_product(db: AsyncSession, id: int) -> None:
    """For good. Raises NotFound."""
    product = await find(db, id)
    await db.delete(product)
    await db.flush()
    about = {"product": id, "name": product.name}
    await record(db, Activity(type="Remove", kind="market.product", ref=id, object=about))


async def withdraw_product(db: AsyncSession, id: int, currency: str) -> Product:
    """Twice is once. Raises NotFound."""
    return await _set_status(db, id, WITHDRAWN, "Delete", currency)


async def offer_again(db: AsyncSession, id: int, currency: str) -> Product:
    """What was withdrawn; twice is once. Raises NotFound."""
    return await _set_status(db, id, OFFERED, "Create", currency)


async def _set_status(db: AsyncSession, id: int, status: str, type: str, currency: str) -> Product:
    product = await find(db, id)
    product.status = status
    return await _raise(db, type, product, currency)


async def _raise(db: AsyncSession, type: str, product: Product, currency: str) -> Product:
    """What is as it was before leaves no trace."""
    if db.is_modified(product):
        product.version += 1
        await db.flush()
        await _record(db, type, product, currency)
    return product


async def _record(db: AsyncSession, type: str, product: Product, currency: str) -> None:
    about = {name: getattr(product, name) for name in Facts.__slots__}
    about |= {"product": product.id, "currency": currency}
    await record(db, Activity(type=type, kind="market.product", ref=product.id, object=about))
