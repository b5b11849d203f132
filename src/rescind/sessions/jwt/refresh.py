"""Refresh tokens: derived, not stored.

A refresh token is ``rsc_r_<session id>.<generation>.<secret><checksum>``. The secret is an HMAC of realm,
session and generation under a key derived from the application's ``secret=``. So the token of a generation
can be made again when a second tab asks for it (``rescind.policy.refresh``), a store keeps its digest only,
junk is refused before a store is touched, and a genuine older one is known for what it is.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest

from rescind._tokens import REFRESH_PREFIX, checksum, digest_of
from rescind.credentials.keyring import Keyring
from rescind.sessions.minting import PresentedRefresh

_FORM = re.compile(
    r"\Arsc_r_([0-9a-f]{24})\.([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{6})\Z", re.ASCII
)
LONGEST = len(REFRESH_PREFIX) + 24 + 1 + 10 + 1 + 43 + 6


class RefreshTokens:
    """Makes and recognises the refresh tokens of one realm."""

    def __init__(self, keyring: Keyring, realm: str) -> None:
        self._keys = keyring.derive("refresh")
        self._realm = realm

    def __repr__(self) -> str:
        return f"RefreshTokens(realm={self._realm!r})"

    def make(self, session_id: str, generation: int) -> str:
        """The token of a generation, under the newest secret."""
        return self._text(self._keys[0], session_id, generation)

    def again(self, session_id: str, generation: int, digest: bytes) -> str | None:
        """The very token that was handed out, whose digest the store has kept.

        During a change of secret two workers may derive different tokens; the digest says which was first.
        ``None``: none of the secrets makes it.
        """
        for key in self._keys:
            text = self._text(key, session_id, generation)
            if compare_digest(digest_of(text), digest):
                return text
        return None

    def read(self, text: object) -> PresentedRefresh | None:
        """What a genuine token says, ``None`` for anything else. No I/O."""
        if not isinstance(text, str) or len(text) > LONGEST:
            return None
        match = _FORM.match(text)
        if match is None or not compare_digest(match[4], checksum(text[:-6])):
            return None
        session_id, generation = match[1], int(match[2])
        genuine = [compare_digest(self._text(key, session_id, generation), text) for key in self._keys]
        return PresentedRefresh(session_id, generation) if any(genuine) else None

    def _text(self, key: bytes, session_id: str, generation: int) -> str:
        # A realm may hold any printable text: its length keeps the parts apart.
        said = f"{len(self._realm)}|{self._realm}|{session_id}|{generation}"
        secret = urlsafe_b64encode(hmac_digest(key, said.encode(), sha256)).rstrip(b"=").decode("ascii")
        body = f"{REFRESH_PREFIX}{session_id}.{generation}.{secret}"
        return body + checksum(body)
