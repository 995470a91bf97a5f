"""What a browser calls itself, in two words that its owner knows it by."""

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
"""In the order to look for them: most claim to be several."""


def browser(user_agent: str) -> str:
    """`Firefox, Linux`; empty for one that nobody knows."""
    found = (next((name for mark, name in known.items() if mark in user_agent), "") for known in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))
