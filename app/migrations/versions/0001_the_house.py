"""The house as it was first built."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    op.create_table(
        "account_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("joined", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("account_people_pk")),
        sa.UniqueConstraint("address", name=op.f("account_people_address")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "account_rates",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("account_rates_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("account_rates_ends"), "account_rates", ["ends"], unique=False)
    op.create_table(
        "account_readers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("account_readers_pk")),
        sa.UniqueConstraint("address", name=op.f("account_readers_address")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("object", sa.JSON(), nullable=False),
        sa.Column("published", sa.DateTime(), nullable=False),
        sa.Column("cid", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("activities_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("activities_cid"), "activities", ["cid"], unique=False)
    op.create_table(
        "blog_menu_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("blog_menu_items_pk")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "blog_posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=False),
        sa.Column("cover", sa.String(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("published", sa.DateTime(), nullable=True),
        sa.Column("updated", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("blog_posts_pk")),
        sa.UniqueConstraint("slug", name=op.f("blog_posts_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("blog_posts_published"), "blog_posts", ["published"], unique=False)
    op.create_table(
        "cart_baskets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("changed", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("cart_baskets_pk")),
        sa.UniqueConstraint("holder", name=op.f("cart_baskets_holder")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("cart_baskets_changed"), "cart_baskets", ["changed"], unique=False)
    op.create_table(
        "events_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("cancelled", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("events_entries_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("events_entries_day"), "events_entries", ["day"], unique=False)
    op.create_index(op.f("events_entries_last_day"), "events_entries", ["last_day"], unique=False)
    op.create_table(
        "flow_definitions",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("flow_definitions_pk")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "flow_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due", sa.Double(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("flow_deliveries_pk")),
        sa.UniqueConstraint("key", name=op.f("flow_deliveries_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "flow_deliveries_due", "flow_deliveries", ["due"], unique=False, sqlite_where=sa.text("due IS NOT NULL")
    )
    op.create_table(
        "flow_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due", sa.Double(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("flow_runs_pk")),
        sa.UniqueConstraint("key", name=op.f("flow_runs_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("flow_runs_due", "flow_runs", ["due"], unique=False, sqlite_where=sa.text("due IS NOT NULL"))
    op.create_table(
        "flow_steps",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("output", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("run", "node", "index", name=op.f("flow_steps_pk")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "flow_waits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("due", sa.Double(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("flow_waits_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index("flow_waits_due", "flow_waits", ["due"], unique=False, sqlite_where=sa.text("due IS NOT NULL"))
    op.create_index("flow_waits_tag", "flow_waits", ["run", "tag"], unique=True)
    op.create_table(
        "market_products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("member_price", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("art", sa.String(), nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("market_products_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index("market_products_category", "market_products", ["status", "category"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("motto", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("hue", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("site_pk")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "site_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("site_keys_pk")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("started", sa.DateTime(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["account_people.id"], name=op.f("account_sessions_person_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_sessions_pk")),
        sa.UniqueConstraint("token", name=op.f("account_sessions_token")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("account_sessions_person_id"), "account_sessions", ["person_id"], unique=False)
    op.create_table(
        "account_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("spent", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["account_people.id"], name=op.f("account_sign_ins_person_id_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_sign_ins_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("account_sign_ins_person_id"), "account_sign_ins", ["person_id"], unique=False)
    op.create_table(
        "cart_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("basket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["cart_baskets.id"], name=op.f("cart_lines_basket_id_fk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("cart_lines_pk")),
        sqlite_autoincrement=True,
    )
    op.create_index("cart_lines_thing", "cart_lines", ["basket_id", "kind", "ref"], unique=True)
