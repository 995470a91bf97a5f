"""People with a cookie, as their browsers send it."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener


def shopper(url, host):
    """The cookie of a stranger with one thing in the basket, and that line's number."""
    product = re.search(r'name="ref" value="(\d+)"', _ask(f"{url}/market/goods", host))[1]
    cookie = _cookie(f"{url}/cart/lines", host, kind="market.product", ref=product, quantity="1")
    basket = _ask(f"{url}/cart/basket", host, cookie)
    return cookie, re.search(r'action="/cart/lines/(\d+)"', basket)[1]


def member(link, host):
    """The cookie of somebody who followed this sign-in link."""
    return _cookie(link, host, next="/")


def _cookie(url, host, **typed):
    jar = CookieJar()
    asked = Request(url, urlencode(typed).encode(), {"Host": host})
    build_opener(HTTPCookieProcessor(jar)).open(asked).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _ask(url, host, cookie=""):
    with build_opener().open(Request(url, headers={"Host": host, "Cookie": cookie})) as answer:
        return answer.read().decode()
