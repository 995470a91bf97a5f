"""What goes wrong, and what nobody may read in it."""

import os
import re

KEYS = ("LITESTREAM_ACCESS_KEY_ID", "LITESTREAM_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_USER = re.compile(r"(\w://)[^/?@\s]+@")
_SECRET = r"(?!sse-kms-key-id=)[\w-]*(?:key|secret|token|password|signature|credential)[\w-]*"
"""Not the name of a key that the provider keeps."""
_ARGUMENT = re.compile(rf"(?i)([?&;]{_SECRET}=)[^&;\s\"']+")


class LitestreamTrouble(Exception):
    """Litestream cannot do what was asked; its text is one sentence for whoever runs the machine, without secrets."""


def masked(text: str) -> str:
    """`text` without the credentials in its URLs and without the values of the machine's own keys."""
    for value in filter(None, map(os.environ.get, KEYS)):
        text = text.replace(value, "***")
    return _ARGUMENT.sub(r"\1***", _USER.sub(r"\1***@", text))


def carries_credentials(url: str) -> bool:
    return bool(_USER.search(url) or _ARGUMENT.search(url))
