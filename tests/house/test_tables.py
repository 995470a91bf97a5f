"""What the models say is what a file has, and every public row raises the version."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from app import files, migrations
from domains.base import Table, table_of, triggers
from domains.search import TABLES


@pytest.fixture
def file(tmp_path):
    migrations.upgrade(tmp_path / "site.db")
    return tmp_path / "site.db"


def is_ours(name, type, _):
    """Not the index, which is no table of a model."""
    return type != "table" or name not in TABLES


def test_the_migrations_make_what_the_models_say(file):
    engine = create_engine(f"sqlite:///{file}", connect_args=files.how())
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": is_ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata) == []
    engine.dispose()


def test_the_file_raises_its_version_as_the_models_ask(file):
    connection = files.connect(file)
    assert dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")) == triggers(
        Table.metadata.tables
    )
    connection.close()


MODELS = sorted((mapper.class_ for mapper in Table.registry.mappers), key=lambda model: model.__name__)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_tables_are_named_by_their_domain_and_never_use_an_id_again(model):
    table = table_of(model)
    room = model.__module__.split(".")[1]
    assert table.name.startswith({"engine": "flow_"}.get(room, room.removesuffix("s")))
    numbered = [column for column in table.primary_key if column.name == "id"]
    assert not numbered or table.name == "site" or table.dialect_options["sqlite"]["autoincrement"]
