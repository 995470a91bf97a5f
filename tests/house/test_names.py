"""One name in five places, and every first word of an address spoken for."""

import re
from pathlib import Path

import pytest
from litestar.handlers import HTTPRouteHandler

import fragments
from app import api, media, static, theme
from app.templates import templates
from domains import blog
from domains.check import SLUG

ROOT = Path(__file__).parents[2]
PEOPLE: list[HTTPRouteHandler] = list(fragments.ROUTES)
EVERYONE = [*PEOPLE, *api.ROUTES, media.media, static.static, theme.theme, theme.mark]
SHOWN = [route for route in PEOPLE if "GET" in route.http_methods]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ALIASES = {"/", "/flows", "/flows/{id:int}", "/parts", "/search", "/setup", "/steward", "/{slug:str}"}


def room(route):
    return route.fn.__module__.split(".")[1]


def name(route):
    return f"{room(route)}.{route.fn.__name__}"


def own_paths(route):
    return sorted(path for path in route.paths if path not in ALIASES)


@pytest.mark.parametrize("route", SHOWN, ids=name)
def test_a_fragment_has_one_name_in_five_places(route):
    here, function = room(route), route.fn.__name__
    (path,) = own_paths(route)
    assert re.fullmatch(rf"/{here}/{function.replace('_', '-')}(/.*)?", path)
    template = ROOT / "templates" / here / f"_{function}.html"
    assert template.exists()
    assert re.search(rf"\bid=\"{here}-{function.replace('_', '-')}(-{{{{|\")", template.read_text()), "its root's id"
    tests = "".join(file.read_text() for file in (ROOT / "tests" / "http").glob(f"test_{here}*.py"))
    assert f"/{here}/{function.replace('_', '-')}" in tests


@pytest.mark.parametrize("route", [route for route in PEOPLE if "POST" in route.http_methods], ids=name)
def test_a_form_posts_to_the_address_that_shows_it_or_to_a_resource(route):
    (path,) = own_paths(route)
    shown = {own for other in SHOWN for own in own_paths(other)}
    assert path in shown or re.search(r"/[a-z-]+s?$|/[a-z-]+s/\{id:int\}", path)


def test_no_post_can_hide_a_room():
    firsts = {path.split("/")[1] for route in EVERYONE for path in route.paths} - {"", "{slug:str}"}
    assert {first for first in firsts if SLUG.fullmatch(first)} <= set(blog.RESERVED)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_every_word_in_a_template_can_be_translated(file):
    text = re.sub(r"{%-? trans.*?endtrans -?%}|{#.*?#}|{%.*?%}|{{.*?}}", "", file.read_text(), flags=re.S)
    said = re.findall(r'\b(?:aria-label|alt|title|placeholder)="([^"]+)"', text)
    said.append(re.sub(r"<(code|script)\b.*?</\1>|<[^>]*>|[\w-]+=\"[^\"]*\"|&\w+;", " ", text, flags=re.S))
    assert not re.findall(r"[^\W\d_]{2,}", " ".join(said))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_nothing_is_inline_and_nothing_is_trusted_blindly(file):
    text = re.sub(r'<script type="application/ld\+json">{{ [\w.]+\|tojson }}</script>', "", file.read_text())  # data
    assert not re.search(r'\sstyle="|\son[a-z]+="|hx-on|\|\s*safe\b|<style|<script(?! src=)', text)


def test_templates_compile():
    made = templates("en-GB")
    for found in made.list_templates(extensions=["html", "txt"]):
        made.get_template(found)
