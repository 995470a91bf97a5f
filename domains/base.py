"""The base of every table of a co-op's file."""

from itertools import product
from typing import ClassVar, cast

import sqlalchemy
from sqlalchemy import Connection
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True):
    __table_args__ = {"sqlite_autoincrement": True}  # an id is never used again, so nothing ever points at a stranger
    private: ClassVar[bool] = False
    """Whether no public page ever shows it (sessions, baskets, runs): changing it leaves public pages as they are."""


def table_of(model: type[Table]) -> sqlalchemy.Table:
    """For statements that need no objects."""
    return cast(sqlalchemy.Table, model.__table__)


def watch(connection: Connection) -> None:
    """Makes the file itself raise `site.version` with every public row, so no statement, of any tool, gets round it.

    To be called again by every migration that makes or remakes a table.
    """
    for name, sql in triggers().items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(sql)


def triggers() -> dict[str, str]:
    """Name -> SQL, of all that the models ask for."""
    public = sorted(table_of(one.class_).name for one in Table.registry.mappers if not one.class_.private)
    return {
        f"{table}_after_{change.lower()}": (
            f"CREATE TRIGGER {table}_after_{change.lower()} AFTER {change} ON {table} "
            "BEGIN UPDATE site SET version = version + 1; END"
        )
        for table, change in product(public, ("INSERT", "UPDATE", "DELETE"))
        if table != "site" or change == "UPDATE"
    }
