"""Whose request it is, for counting."""

import pytest

from app.security import client


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:DB8:0:0:ffff::9", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::nobody", "::nobody"),
        ("", ""),
    ],
)
def test_a_network_of_ipv6_is_counted_as_one(address, counted):
    named = {"client": ("10.0.0.1", 1), "headers": [(b"x-forwarded-for", f"2001:db8:9::1, {address}".encode())]}
    assert client({"client": (address, 1), "headers": []}, "") == counted
    assert client(named, "X-Forwarded-For") == counted
