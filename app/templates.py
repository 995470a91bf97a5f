"""Templates, one environment a language: words, money and dates as that language writes them."""

import gettext
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from babel import Locale, dates, numbers, units
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, nodes
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from domains.errors import Filled
from domains.values import in_address, major_units

from . import static

ROOT = Path(__file__).parent.parent
WORDS = ROOT / "templates" / "locale"
SIZES = ((10**9, "gigabyte"), (10**6, "megabyte"), (10**3, "kilobyte"), (1, "byte"))


@cache
def templates(language: str) -> Environment:
    """`language` as BCP 47 writes it: en-GB."""
    locale = Locale.parse(language, sep="-")
    made = _Flat(
        loader=FileSystemLoader(ROOT / "templates"),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_Compiled(locale),
    )
    words = gettext.translation("rose", WORDS, [str(locale)], fallback=True)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # i18n adds it
    made.globals["_"] = made.globals["gettext"]  # instead of looking it up at every word
    made.said = words.gettext
    made.globals |= {"static": static.address, "icon_paths": icon_paths}

    def show_said(sentence: str) -> str:
        if isinstance(sentence, Filled):
            return words.gettext(sentence.pattern).format(**sentence.about)
        return words.gettext(sentence)

    @lru_cache(1000)
    def show_money(minor: int, currency: str) -> str:
        return numbers.format_currency(major_units(minor, currency), currency, locale=locale)

    @lru_cache(1000)
    def show_date(day: date | datetime | str, format: str = "d MMMM y") -> str:
        """A text, like 2026-12-24, is a day of what JSON had kept."""
        return dates.format_date(date.fromisoformat(day) if isinstance(day, str) else day, format, locale=locale)

    @lru_cache(1000)
    def show_time(moment: time | datetime | str, format: str = "short") -> str:
        """A text, like 18:30, is a time of what JSON had kept."""
        return dates.format_time(
            time.fromisoformat(moment) if isinstance(moment, str) else moment, format, locale=locale
        )

    def show_size(bytes: int) -> str:
        size, unit = next((size, unit) for size, unit in SIZES if bytes >= size or size == 1)
        if unit == "byte":  # its short form is "66 byte"
            return units.format_unit(bytes, "digital-byte", "long", locale=locale)
        return units.format_unit(round(bytes / size, 1), f"digital-{unit}", "short", locale=locale)

    def show_lasting(seconds: float) -> str:
        return dates.format_timedelta(timedelta(seconds=max(1, round(seconds))), locale=locale)

    filters: dict[str, Any] = {"money": show_money, "date": show_date, "time": show_time, "said": show_said}
    made.filters.update(filters, size=show_size, lasting=show_lasting, in_address=in_address)
    return made


@cache
def icon_paths(name: str) -> Markup:
    """Of an icon among ours."""
    drawing = (ROOT / "templates" / "icons" / f"{name}.svg").read_text()
    return Markup(drawing.strip())  # noqa: S704 - ours


class _Quick(Context):
    def call(self, called: Any, /, *about: Any, **more: Any) -> Any:
        """Jinja asks of whatever is called whether it wants the context; of macros, which most are, that is known."""
        if type(called) is Macro:
            more.pop("_block_vars", None)
            more.pop("_loop_vars", None)
            return called(self.eval_ctx, *about, **more)
        return super().call(called, *about, **more)


class _Flat(Environment):
    """A template's globals are one dictionary: Jinja's chain of two is copied key by key for every fragment."""

    context_class = _Quick
    said: Callable[[str], str]

    def _generate(self, source: nodes.Template, name: str | None, *about: Any, **more: Any) -> str:
        return super()._generate(_Said(self, name).visit(source), name, *about, **more)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class _Said(NodeTransformer):
    """A sentence without gaps is said when its template is compiled, once: an environment speaks one language."""

    def __init__(self, environment: _Flat, name: str | None) -> None:
        self._say, self._escapes = environment.said, nodes.EvalContext(environment, name).autoescape

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(sentence))], kwargs=[]):
                said = self._say(sentence)
                words = Markup(said) if self._escapes else said  # noqa: S704 - a sentence of ours
                return nodes.Const(words % {}, lineno=node.lineno)
        return node


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates beside their sources, as Python keeps its modules: the first page comes 120 ms sooner.

    Known by their source, by Jinja's version, by the words of their language, and by this file, which says how they
    are compiled.
    """

    def __init__(self, locale: Locale) -> None:
        folder = ROOT / "templates" / "__pycache__"
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
        words = gettext.find("rose", WORDS, [str(locale)])
        said = str(locale).encode() + (Path(words).read_bytes() if words else b"")
        how = sha256(jinja2.__version__.encode() + Path(__file__).read_bytes() + said).hexdigest()[:12]
        super().__init__(str(folder), f"%s.{how}.cache")

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # nobody may write here, or the disk is full: they are compiled again next time
            super().dump_bytecode(bucket)
