"""Request bodies: JSON or a form, typed, with a cap. Nothing else is read.

A cross-site page can send forms and ``text/plain`` without asking the server first, so a body that says it is
something else is never taken for JSON (CVE-2021-32677, ASVS 5.0 V3.5.2).
"""

from __future__ import annotations

from typing import Literal, TypeVar
from urllib.parse import parse_qs

import msgspec

from rescind.transport.message import RequestFacts
from rescind.web.answer import Failure

MAX_BODY_BYTES = 16384
"""Bytes of a body. Faces stop reading here and pass what they have plus one byte, or refuse on their own."""

_MAX_FIELDS = 32
_FORM = "application/x-www-form-urlencoded"

Body = TypeVar("Body", bound=msgspec.Struct)


class _Secretive:
    """A ``repr`` without values: bodies hold passwords."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"


class SignInBody(_Secretive, msgspec.Struct, forbid_unknown_fields=True):
    """``POST /sign-in``. ``transport="bearer"`` answers with the token instead of a cookie."""

    login: str
    password: str
    next: str | None = None
    transport: Literal["cookie", "bearer"] = "cookie"


class SignOutBody(_Secretive, msgspec.Struct, forbid_unknown_fields=True):
    """``POST /sign-out``. ``next`` counts for forms; ``refresh_token`` is for clients without cookies."""

    next: str | None = None
    refresh_token: str | None = None


class RefreshBody(_Secretive, msgspec.Struct, forbid_unknown_fields=True):
    """``POST /refresh``. Without ``refresh_token`` our cookie is meant. ``next`` counts for forms."""

    refresh_token: str | None = None
    next: str | None = None


class StepUpBody(_Secretive, msgspec.Struct, forbid_unknown_fields=True):
    """``POST /step-up``. ``next`` counts for forms."""

    password: str
    next: str | None = None


class EndOneBody(_Secretive, msgspec.Struct, forbid_unknown_fields=True):
    """``DELETE /sessions/{handle}``. ``reason`` goes to the log and the audit trail."""

    reason: str | None = None


class EndAllBody(_Secretive, msgspec.Struct, forbid_unknown_fields=True):
    """``POST /sessions/revoke``."""

    keep_current: bool = True


def is_form(facts: RequestFacts) -> bool:
    """True for a body that an HTML form sends (multipart is not read)."""
    return _media_type(facts) == _FORM


def read_body(facts: RequestFacts, body: bytes, kind: type[Body]) -> Body:
    """Decode a body.

    Args:
        facts: for ``Content-Type``.
        body: may be empty, then every field has its default.
        kind: what it must be. Unknown members of JSON are refused, of a form ignored (submit buttons).

    Raises:
        Failure: 413, 415 or 400; quotes no value.
    """
    if len(body) > MAX_BODY_BYTES:
        raise Failure(413, "too_large", f"The body exceeds {MAX_BODY_BYTES} bytes.")
    try:
        if not body:
            return msgspec.convert({}, kind)
        media_type = _media_type(facts)
        if media_type == "application/json":
            return msgspec.json.decode(body, type=kind)
        if media_type == _FORM:
            return msgspec.convert(_form_fields(body, kind), kind, strict=False)
    except msgspec.ValidationError as error:
        raise Failure(400, "invalid", f"The body is not right: {error}.") from None
    except (msgspec.DecodeError, UnicodeError, ValueError, RecursionError):
        raise Failure(400, "invalid", "The body cannot be read.") from None
    raise Failure(415, "unsupported_media_type", f"Send application/json or {_FORM}.")


def _media_type(facts: RequestFacts) -> str:
    return (facts.one(b"content-type") or "").partition(";")[0].strip(" \t").lower()


def _form_fields(body: bytes, kind: type[Body]) -> dict[str, str]:
    fields = parse_qs(
        body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
    )
    known = {name: fields[name] for name in kind.__struct_fields__ if name in fields}
    if any(len(values) > 1 for values in known.values()):
        raise ValueError("a field was sent twice")
    return {name: values[0] for name, values in known.items()}
