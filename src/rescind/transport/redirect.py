"""Where ``next`` may lead: a path on our own origin, whatever a browser or a proxy makes of the text.

Sources: ASVS 5.0 V3.7.2; WHATWG URL 4.4 (a browser drops tabs and line feeds, reads ``\\`` as ``/`` and
``//x`` as a host); CVE-2021-32618, CVE-2021-23385, CVE-2021-23401, CVE-2023-49438.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

MAX_NEXT = 2048
"""Longest ``next`` that is followed, in characters."""

_SAFE_IN_URL = "/:@!$&'()*+,;=~-._?#%[]"
_DECODE_ROUNDS = 3


def is_safe_next(target: str) -> bool:
    """True if ``target`` is an absolute path that stays on the origin it is followed from.

    The path must be safe as it is *and* after being percent-decoded again, because a proxy in between may do
    so. Control characters and backslashes are refused, not removed: nobody honest sends them.
    """
    if len(target) > MAX_NEXT or _has_forbidden(target):
        return False
    path = target.partition("#")[0].partition("?")[0]
    for _ in range(_DECODE_ROUNDS):
        if not _is_local_path(path):
            return False
        decoded = unquote(path, errors="replace")
        if decoded == path:
            return True
        path = decoded
    return _is_local_path(path)


def safe_next(target: str | None, default: str = "/") -> str:
    """``target`` ready for a ``Location`` header if it is safe, else ``default``.

    Args:
        target: the client's ``next``.
        default: where to go instead; the application's own and not checked.
    """
    if target is None or not is_safe_next(target):
        return default
    return quote(target, safe=_SAFE_IN_URL)


def with_next(url: str, target: str | None) -> str:
    """``url`` (the application's own) with ``next=target`` in its query; unchanged without a safe target."""
    if target is None or not is_safe_next(target):
        return url
    base, hash_sign, fragment = url.partition("#")
    return f"{base}{'&' if '?' in base else '?'}next={quote(target, safe='/')}{hash_sign}{fragment}"


def _is_local_path(path: str) -> bool:
    if not path.startswith("/") or _has_forbidden(path):
        return False
    # The same with dot segments removed (RFC 3986 5.2.4): "/.//evil" must not become "//evil". An empty
    # segment may stand anywhere but in front, and there only if nothing follows.
    *segments, _ = path[1:].split("/")
    depth = 0
    for segment in segments:
        if segment == "..":
            depth = max(0, depth - 1)
        elif segment == "" and depth == 0:
            return False
        elif segment != ".":
            depth += 1
    return True


def _has_forbidden(text: str) -> bool:
    """Backslashes, C0 and C1 controls, DEL, Unicode line ends and lone surrogates."""
    return any(
        character in "\\\u2028\u2029"
        or character < " "
        or "\x7f" <= character <= "\x9f"
        or "\ud800" <= character <= "\udfff"
        for character in text
    )
