"""No session key on the page of an error, with ``DEBUG`` or in a mail to ``ADMINS``.

Django masks the session cookie of now there, and nothing else: not the cookie by the name that it had before,
not a key in a form, and not a local variable that holds one (``session_key``, ``token``, a dict of cookies).
The middleware gives each request this filter, around the one that the project has set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.defaultfilters import pprint
from django.views.debug import get_default_exception_reporter_filter

STARS = "********************"
TOKEN = re.compile(r"(rsc_[a-z]_)[\w.\-]{16,}", re.ASCII)
"""Whatever opens something here, wherever it stands."""
NAMES = re.compile(r"session_?key|token", re.IGNORECASE)
"""Of variables whose text is a key, also one of the session engine of before."""
SHORTEST = 16
"""Characters of a key; what is shorter would be found in other words too."""
HARMLESS = (type(None), bool, int, float)
KEY = "exception_reporter_filter"
"""Where Django looks for the filter of a request."""


class Masked:
    """Something whose ``repr`` has no key in it; made only when somebody looks."""

    def __init__(self, value: Any, keys: tuple[str, ...]) -> None:
        self._value, self._keys = value, keys

    def __repr__(self) -> str:
        return masked(pprint(self._value), self._keys)


class Masking:
    """A filter of error pages around another one. What it does not know is asked of that one.

    Args:
        inner: the filter of the request; ``None`` for ``DEFAULT_EXCEPTION_REPORTER_FILTER``.
    """

    def __init__(self, inner: Any = None) -> None:
        self._given = inner

    @property
    def _inner(self) -> Any:
        return get_default_exception_reporter_filter() if self._given is None else self._given

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def get_safe_cookies(self, request: HttpRequest | None) -> dict[str, Any]:
        shown = self._texts(request, self._inner.get_safe_cookies(request))
        return shown | {name: STARS for name in cookie_names() if name in shown}

    def get_safe_request_meta(self, request: HttpRequest | None) -> dict[str, Any]:
        return self._texts(request, self._inner.get_safe_request_meta(request))

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        shown = self._inner.get_post_parameters(request)
        texts = self._texts(request, shown)
        return shown if all(shown[name] == text for name, text in texts.items()) else texts

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: Any
    ) -> Iterable[tuple[str, Any]]:
        keys = keys_of(request)
        shown = self._inner.get_traceback_frame_variables(request, tb_frame)
        return [(name, _variable(name, value, keys)) for name, value in shown]

    def _texts(self, request: HttpRequest | None, found: Mapping[str, Any]) -> dict[str, Any]:
        keys = keys_of(request)
        return {
            name: masked(value, keys) if isinstance(value, str) else value for name, value in found.items()
        }


def masked(text: str, keys: tuple[str, ...] = ()) -> str:
    """A text without anything that opens a session.

    Args:
        keys: what else is one.
    """
    for key in keys:
        text = text.replace(key, STARS)
    return TOKEN.sub(rf"\g<1>{STARS}", text)


def cookie_names() -> list[str]:
    """Of the session cookie, now and before."""
    given = getattr(settings, "RESCIND", None)
    former = given.get("previous_cookie_names") if isinstance(given, dict) else None
    return [settings.SESSION_COOKIE_NAME, *(former if isinstance(former, (list, tuple)) else ())]


def keys_of(request: HttpRequest | None) -> tuple[str, ...]:
    """The keys that a request came with and has now, also those of the engine of before. Asks no store."""
    if request is None:
        return ()
    named = [request.COOKIES.get(name) for name in cookie_names()]
    named.append(getattr(request.__dict__.get("session"), "session_key", None))
    return tuple({key for key in named if isinstance(key, str) and len(key) >= SHORTEST})


def _variable(name: str, value: Any, keys: tuple[str, ...]) -> Any:
    if isinstance(value, (str, bytes)) and NAMES.search(name):
        return STARS
    if isinstance(value, str):
        return masked(value, keys)
    return value if isinstance(value, HARMLESS) else Masked(value, keys)


def mask(request: HttpRequest) -> None:
    """Give a request the filter, around what it has."""
    setattr(request, KEY, Masking(getattr(request, KEY, None)))
