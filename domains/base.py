"""The base of every table of a co-op's file."""

import json
from collections.abc import Collection, Iterable
from itertools import product
from typing import Any, ClassVar, cast

import sqlalchemy
from sqlalchemy import JSON, ColumnElement, Connection, MetaData, bindparam, func, inspect, select
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass

from . import search
from .search import Found

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s",
    "fk": "%(table_name)s_%(column_0_N_name)s_fk",
    "pk": "%(table_name)s_pk",
}
"""Every constraint has a name, so that a migration can take it away again."""


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True):
    metadata = MetaData(naming_convention=NAMES)
    __table_args__ = {"sqlite_autoincrement": True}  # an id is never used again, so nothing ever points at a stranger
    private: ClassVar[bool] = False
    """Whether no public page ever shows it (sessions, baskets, runs): changing it leaves public pages as they are."""
    found: ClassVar[Found | None] = None
    """What of a row is found by whoever searches, if anything."""


def table_of(model: type[Table]) -> sqlalchemy.Table:
    """For statements that need no objects."""
    return cast(sqlalchemy.Table, model.__table__)


def is_none_of(column: Any, name: str) -> ColumnElement[bool]:
    """Of a list under this name; a statement with as many gaps as it is long would be put together at each asking."""
    given = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
    return cast(ColumnElement[bool], column.not_in(select(given.c.value)))


def is_one_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """However many there are: a statement has thirty thousand gaps at most."""
    given = func.json_each(json.dumps(list(values))).table_valued("value")
    return cast(ColumnElement[bool], column.in_(select(given.c.value)))


def watch(connection: Connection) -> None:
    """Makes the file itself raise `site.version` with every public row, and keep the index of what is found, so no
    statement, of any tool, gets round it.

    To be done again whenever tables were made or remade.
    """
    ours = "sql LIKE '%UPDATE site SET version%' OR sql LIKE '%DELETE FROM search%'"
    there = f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND ({ours})"
    for name in connection.exec_driver_sql(there).scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    for sql in search.made_anew(searched()):
        connection.exec_driver_sql(sql)
    for sql in triggers(inspect(connection).get_table_names()).values():
        connection.exec_driver_sql(sql)


def searched() -> dict[str, Found]:
    """Table -> what of it is found."""
    models = sorted((one.class_ for one in Table.registry.mappers), key=lambda model: table_of(model).name)
    return {table_of(model).name: model.found for model in models if model.found}


def triggers(tables: Collection[str]) -> dict[str, str]:
    """Name -> SQL, of all that the models ask for."""
    found = (table_of(one.class_).name for one in Table.registry.mappers if not one.class_.private)
    public = sorted(set(found).intersection(tables))
    return search.triggers(searched()) | {
        f"{table}_after_{change.lower()}": (
            f"CREATE TRIGGER {table}_after_{change.lower()} AFTER {change} ON {table} "
            "BEGIN UPDATE site SET version = version + 1; END"
        )
        for table, change in product(public, ("INSERT", "UPDATE", "DELETE"))
        if table != "site" or change == "UPDATE"
    }
