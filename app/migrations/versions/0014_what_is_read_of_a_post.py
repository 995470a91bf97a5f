"""What is read of a post is kept of each, in whichever format; `watch` makes the index anew of it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014", "0013"


def upgrade() -> None:
    posts = sa.table("blog_posts", *(sa.column(name) for name in ("id", "body", "format", "plain")))
    found = op.get_bind().execute(sa.select(posts.c.id, posts.c.body).where(posts.c.format == "markdown")).all()
    if not found:
        return
    from domains.blog.markdown import to_html  # which a file without posts has no need to load
    from domains.blog.plain import plain_of_all

    kept = sa.update(posts).where(posts.c.id == sa.bindparam("post")).values(plain=sa.bindparam("read"))
    op.get_bind().execute(kept, [{"post": id, "read": plain_of_all(to_html(body))} for id, body in found])
