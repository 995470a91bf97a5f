"""A run remembers its name, its times, what set it off and whose item it is; schedules have a table."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.drop_index("flow_runs_due", "flow_runs")
    op.rename_table("flow_runs", "flow_runs_before")
    op.create_table(
        "flow_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due", sa.Double(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("began", sa.Double(), nullable=False),
        sa.Column("ended", sa.Double(), nullable=True),
        sa.Column("because", sa.Integer(), nullable=True),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("flow_runs_pk")),
        sa.UniqueConstraint("key", name=op.f("flow_runs_key")),
        sqlite_autoincrement=True,
    )
    op.execute(BEFORE)
    op.drop_table("flow_runs_before")
    op.create_index("flow_runs_due", "flow_runs", ["due"], unique=False, sqlite_where=sa.text("due IS NOT NULL"))
    op.create_index("flow_runs_name", "flow_runs", ["name", "status"], unique=False)
    for column in ("because", "parent", "ended"):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"flow_runs_{column}", "flow_runs", [column], unique=False, sqlite_where=there)
    op.execute("ALTER TABLE flow_steps RENAME TO flow_steps_before")
    op.create_table(
        "flow_steps",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("output", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", "node", "index", name=op.f("flow_steps_pk")),
    )
    op.execute('INSERT INTO flow_steps SELECT run, node, "index", status, output, at, 1 FROM flow_steps_before')
    op.drop_table("flow_steps_before")
    op.create_table(
        "flow_schedules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("expression", sa.String(), nullable=False),
        sa.Column("next", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("flow_schedules_pk")),
    )
    op.create_index(op.f("activities_actor"), "activities", ["actor"], unique=False)
    op.create_index("activities_thing", "activities", ["kind", "ref"], unique=False)


BEFORE = """
INSERT INTO flow_runs
SELECT one.id, one.definition, one.key, one.input, one.node, one.status, one.due, known.name,
    coalesce((SELECT min(at) FROM flow_steps WHERE flow_steps.run = one.id), unixepoch()),
    CASE WHEN one.status IN ('done', 'dead', 'held') THEN
        coalesce((SELECT max(at) FROM flow_steps WHERE flow_steps.run = one.id), unixepoch()) END,
    CASE WHEN one.key LIKE known.name || ':%' THEN cast(substr(one.key, length(known.name) + 2) AS INTEGER) END,
    NULL, one.fence, one.attempt, one.error
FROM flow_runs_before AS one JOIN flow_definitions AS known ON known.hash = one.definition
"""
