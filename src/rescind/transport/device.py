"""What a person recognises a session by: "Firefox on Linux", from ``User-Agent``.

The header is anybody's text, so nothing of it is repeated but a product token of safe characters (RFC 9110
10.1.5) where no browser is recognised. Browsers have frozen what they say (user-agent reduction): names and
versions of systems are no longer in it, and brand and system are all that a list of devices needs.
"""

from __future__ import annotations

import re

MAX_LOOKED_AT = 512
"""Characters of the header that are read."""

# In this order: what calls itself Chrome or Safari for compatibility comes before them.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,39}(?:/[0-9][0-9.]{0,15})?(?![^\s;(])")


def device_label(user_agent: str | None) -> str | None:
    """A short name for a list of devices; ``None`` if the header says nothing that can be used.

    At most 60 ASCII characters: ``"Firefox on Linux"``, ``"Chrome on Android"``, ``"curl/8.5.0"``.
    """
    text = (user_agent or "")[:MAX_LOOKED_AT]
    browser, system = _first(_BROWSERS, text), _first(_SYSTEMS, text)
    if browser is not None:
        return browser if system is None else f"{browser} on {system}"
    product = _PRODUCT.match(text)
    if product is None or product[0].startswith("Mozilla"):  # that is what every browser begins with
        return system
    return product[0]


def _first(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for mark, name in table if mark in text), None)
