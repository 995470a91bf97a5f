"""People with a cookie, as their browsers send it."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener


def shopper(url):
    """A stranger with one thing in the basket."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    goods = browser.open(f"{url}/market/goods").read().decode()
    product = re.search(r'name="ref" value="(\d+)"', goods)[1]
    _post(browser, f"{url}/cart/lines", kind="market.product", ref=product, quantity="1")
    return _cookie(jar)


def member(link):
    """Somebody who followed this sign-in link."""
    jar = CookieJar()
    _post(build_opener(HTTPCookieProcessor(jar)), link, next="/")
    return _cookie(jar)


def _post(browser, url, **typed):
    browser.open(url, urlencode(typed).encode()).close()


def _cookie(jar):
    return "Cookie: " + "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
