"""Texts as they are compared where nobody cares how they are spelled."""

import re
import unicodedata

ACCENTS = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """As it is compared where neither capitals nor accents count: `Crème brûlée` is `creme brulee`."""
    return text.lower() if text.isascii() else ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
