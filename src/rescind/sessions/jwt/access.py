"""Access tokens: what they say, how they are made, and what is believed of one.

Pure: keys and the time come from the caller. A token says who, by which issuer, for which audience and until
when; whether the session behind it is still alive is for the log and the authority to say (``checks.py``).
Roles and tenant are not in it: they can change while it lives, and are read with the session's standing. It
is kept short: every check computes its digest.

Sources: RFC 9068 2.2 and 4 (JWT access tokens), RFC 7519 4.1, RFC 8725bis 3.9 to 3.13.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rescind.errors import Refused
from rescind.model.principal import MAX_ID_LENGTH
from rescind.policy.refresh import LONGEST_ACCESS_LIFE
from rescind.sessions.jwt.compact import (
    ACCESS_TYPE,
    MAX_TOKEN,
    decode_segment,
    encode_segment,
    malformed,
    put_together,
    strict_json,
    take_apart,
)
from rescind.sessions.jwt.keys import KeySet, SigningKey

LEEWAY = 60
"""Seconds that ``iat`` and ``nbf`` may lie ahead: clocks of two issuing machines. ``exp`` gets none."""

MOST_AUDIENCES = 16
_LAST_SECOND = 253402300799  # of the year 9999: what datetime can hold
_SESSION_ID = re.compile(r"\A[0-9a-f]{24}\Z", re.ASCII)
_BIRTH = re.compile(r"\A[A-Za-z0-9_-]{22}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a verified access token says. Times are whole seconds since the epoch (RFC 7519 2, NumericDate).

    Attributes:
        token_id: ``jti``: unique per token, for the audit.
        session_id: ``sid``: the session that it is a leaf of; revocation names this, never the token's text.
        principal_id: ``sub``.
        birth: the log that ``issued_seq`` counts in; in the token as base64url of its 16 bytes.
        issued_seq: ``seq``: the head read before the session was judged for this token.
        issued_at, expires_at: ``iat``, ``exp``.
        auth_time: when the principal last proved who they are.
        client_id: the client it was issued to, if one was named.
        kid: the key that signed it.
    """

    token_id: str
    session_id: str
    principal_id: str
    birth: str
    issued_seq: int
    issued_at: int
    expires_at: int
    auth_time: int
    client_id: str | None = None
    kid: str = ""


class AccessTokens:
    """Makes and believes the tokens of one issuer, for one audience.

    Args:
        issuer: ``iss``; one per realm.
        audience: ``aud``: who the tokens are for; a verifier that is named in none of it refuses.
    """

    def __init__(self, keys: KeySet, *, issuer: str, audience: str) -> None:
        self.keys = keys
        self.issuer = issuer
        self.audience = audience

    def __repr__(self) -> str:
        return f"AccessTokens(issuer={self.issuer!r}, audience={self.audience!r}, keys={self.keys!r})"

    def issue(self, claims: AccessClaims, key: SigningKey | None = None) -> str:
        """Sign a token; ``claims.kid`` is left to the key.

        Args:
            key: by default the one that signs.

        Raises:
            ValueError: it would be longer than ``MAX_TOKEN``.
        """
        key = key or self.keys.signing
        said: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": claims.principal_id,
            "sid": claims.session_id,
            "jti": claims.token_id,
            "iat": claims.issued_at,
            "exp": claims.expires_at,
            "auth_time": claims.auth_time,
            "birth": encode_segment(bytes.fromhex(claims.birth)),
            "seq": claims.issued_seq,
        }
        if claims.client_id is not None:
            said["client_id"] = claims.client_id
        signing_input = put_together({"typ": ACCESS_TYPE, "alg": key.alg, "kid": key.kid}, said)
        text = f"{signing_input}.{encode_segment(key.sign(signing_input.encode('ascii')))}"
        if len(text) > MAX_TOKEN:
            raise ValueError(f"an access token of {len(text)} characters; issuer and audience are too long")
        return text

    def verify(self, text: str, now: int) -> AccessClaims:
        """Believe a token, or not. Whether it has expired is left to the caller: an expired one is genuine.

        Args:
            now: seconds since the epoch.

        Raises:
            Refused: ``malformed``, whatever the reason; the detail says which rule was broken and repeats
                nothing of the token. ``renewable`` where no key has its ``kid``.
        """
        parts = take_apart(text)
        key = self.keys.find(parts.kid)
        if key is None:
            # Nothing is believed of it. But its key may have been taken out of the settings while a browser
            # slept, and then the refresh token is still good.
            raise Refused("malformed", "no key of this kid", renewable=True)
        if parts.alg != key.alg:
            malformed("alg is not the algorithm of this key")
        if not key.verify(parts.signing_input, parts.signature):
            malformed("the signature does not verify")
        return self._believe(strict_json(parts.payload), key.kid, now)

    def _believe(self, said: dict[str, Any], kid: str, now: int) -> AccessClaims:
        """The claims of a payload whose signature was verified. Claims that we do not know are ignored
        (RFC 7519 4): a newer version may add some, and old and new run side by side during a deploy."""
        if _text(said, "iss") != self.issuer:
            malformed("iss is another issuer")
        if self.audience not in _audiences(said):
            malformed("aud names another audience")
        claims = AccessClaims(
            token_id=_text(said, "jti"),
            session_id=_matching(said, "sid", _SESSION_ID),
            principal_id=_text(said, "sub"),
            birth=decode_segment(_matching(said, "birth", _BIRTH)).hex(),
            issued_seq=_number(said, "seq"),
            issued_at=_number(said, "iat"),
            expires_at=_number(said, "exp"),
            auth_time=_number(said, "auth_time"),
            client_id=_text(said, "client_id") if "client_id" in said else None,
            kid=kid,
        )
        not_before = _number(said, "nbf") if "nbf" in said else 0
        if max(claims.issued_at, not_before) > now + LEEWAY:
            malformed(f"issued or valid more than {LEEWAY} seconds from now")
        if not 0 < claims.expires_at - claims.issued_at <= LONGEST_ACCESS_LIFE:
            malformed(f"a life that is not between 1 and {LONGEST_ACCESS_LIFE} seconds")
        return claims


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_LENGTH or not value.isprintable():
        malformed(f"{name} is missing or no text of 1 to {MAX_ID_LENGTH} printable characters")
    return value


def _matching(said: dict[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = _text(said, name)
    if form.match(value) is None:
        malformed(f"{name} does not have the form of one")
    return value


def _number(said: dict[str, Any], name: str) -> int:
    value = said.get(name)
    if type(value) is not int or not 0 <= value <= _LAST_SECOND:  # True is an int too
        malformed(f"{name} is missing or no whole number from 0")
    return value


def _audiences(said: dict[str, Any]) -> list[str]:
    """One text or a list of them (RFC 7519 4.1.3)."""
    value = said.get("aud")
    listed = value if isinstance(value, list) else [value]
    found = [one for one in listed if isinstance(one, str) and one]
    if len(found) != len(listed) or not 0 < len(found) <= MOST_AUDIENCES:
        malformed(f"aud is missing or no text, or list of up to {MOST_AUDIENCES} texts")
    return found
