"""What a machine is told of a co-op: whether it can be served."""

import pytest

from app.label import careful


def damaged(file):
    file.write_bytes(b"leeks" * 1000)


def newer(file):
    with careful(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


@pytest.mark.parametrize("harm", [damaged, newer, lambda file: file.unlink()])
async def test_a_file_that_cannot_be_opened_is_said_with_503_and_harms_no_other(house, oak, elm, harm):
    assert (await oak.get("/health")).status_code == 200
    await house.tenants.close()
    harm(house.tenants.file(house.registry.by_slug("oak").id))
    answer = await oak.get("/health")
    assert answer.status_code == 503 and answer.json() == {"status": "away"} and int(answer.headers["retry-after"])
    assert (await elm.get("/health")).json() == {"status": "ok", "replication": "off", "seconds": None}
