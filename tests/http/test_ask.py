"""What a proxy on this machine asks before it gets a certificate."""

import pytest
from httpx import ASGITransport, AsyncClient


@pytest.fixture
def ask(house):
    """The status for a domain, asked as Caddy does; from elsewhere, or through a proxy, where that is said."""

    async def ask(domain, caller="127.0.0.1", host="127.0.0.1:8000"):
        transport = ASGITransport(house.app, client=(caller, 40000))
        async with AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return (await client.get("/api/ask", params={"domain": domain})).status_code

    return ask


@pytest.mark.parametrize("domain", ["oak.example", "OAK.example", "elm.example"])
async def test_a_coops_host_may_have_a_certificate(ask, domain):
    assert await ask(domain) == 200


@pytest.mark.parametrize(
    "domain", ["", "ash.example", "www.oak.example", "oak.example.evil.example", "\x00", "é", "127.0.0.1"]
)
async def test_no_other_host_may(ask, domain):
    assert await ask(domain) == 404


async def test_a_coop_that_is_alone_here_answers_at_any_host_but_is_named_by_its_own(ask, house):
    house.registry._file.execute("DELETE FROM hosts WHERE host LIKE 'elm%'")
    house.registry._file.execute("DELETE FROM coops WHERE slug = 'elm'")
    assert house.registry.id_at("ash.example") and await ask("ash.example") == 404 and await ask("oak.example") == 200


@pytest.mark.parametrize("caller", ["192.0.2.7", "2001:db8::7"])
async def test_other_machines_are_not_answered(ask, caller):
    assert await ask("oak.example", caller=caller) == 404


@pytest.mark.parametrize("caller", ["127.0.0.1", "::1"])
async def test_visitors_behind_the_proxy_are_not_answered(ask, caller):
    assert await ask("oak.example", caller=caller) == 200
    assert await ask("oak.example", caller=caller, host="oak.example") == 404
