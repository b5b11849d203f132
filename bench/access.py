"""An engine whose checks are those of signed access tokens, for measuring one beside the opaque check."""

from __future__ import annotations

from typing import Any

from rescind import Rescind
from rescind._clock import SECOND
from rescind._tokens import random_bytes
from rescind.sessions.jwt.access import AccessClaims, AccessTokens
from rescind.sessions.jwt.checks import JwtChecks
from rescind.sessions.jwt.keys import admit, make_key

ISSUER = "https://shop.example"
LIFE = 86_400


def check_access_tokens(auth: Rescind[Any]) -> str:
    """Let ``auth`` check access tokens from now on; returns one of a session just opened."""
    core = auth.core
    keys = admit([make_key("EdDSA", random_bytes(32))], setting="bench")
    tokens = AccessTokens(keys, issuer=ISSUER, audience=ISSUER)
    core.checks = JwtChecks(
        tokens=tokens,
        key_ended=lambda _: False,
        store=core.store,
        clock=core.clock,
        time=core.time,
        ids=core.ids,
        realm=core.settings.realm,
        worker=core.worker,
        index=core.index,
        cache=core.cache,
        keeper=core.keeper,
        touches=core.touches,
        reread_every=core.settings.reread_every,
        idle_ends=core.idle_ends,
        went_backwards=core.went_backwards,
        ready=core.ready,
    )
    session, head = auth.sessions.start("ada").session, core.store.head()
    now = core.time.now() // SECOND
    return tokens.issue(
        AccessClaims(
            token_id="b3Bha2V0b2tlbjAx",
            session_id=session.id,
            principal_id="ada",
            birth=head.birth,
            issued_seq=head.seq,
            issued_at=now,
            expires_at=now + LIFE,
            auth_time=now,
        )
    )
