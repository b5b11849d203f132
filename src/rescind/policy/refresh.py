"""May this refresh token be exchanged, and for what? One pure function for every store.

A family of refresh tokens counts generations: each exchange makes the next one. A client that loses the
answer, or two tabs that refresh at once, present the *immediate* predecessor again: within the grace they
get the same successor as the winner, so that a family never forks (asks B1, B2). Anything older is a copy in
other hands, and ends the family (RFC 9700 4.14.2, asks B3).
"""

from __future__ import annotations

from typing import Literal

from rescind._clock import SECOND
from rescind.errors import ConfigurationError
from rescind.model.family import Family

GRACE = 30.0
LONGEST_GRACE = 60.0
"""Seconds. As long as the grace lasts a stolen predecessor is as good as the token that replaced it."""

LONGEST_ACCESS_LIFE = 86400
"""Seconds of an access token: what a verifier with only the published keys has to live with. Checked when a
token is made, and when one is believed."""

RefreshOutcome = Literal["next", "again", "reuse", "ahead"]


def judge_refresh(family: Family, presented: int, now: int, *, grace: float = GRACE) -> RefreshOutcome:
    """Judge a genuine token of this family. Whether the session lives is for ``judge_session`` to say.

    Args:
        presented: the generation of the token.
        now: microseconds since the epoch. The clocks of two workers may differ by the grace at most; a
            larger difference shortens the grace and never lengthens it.
        grace: seconds.

    Returns:
        ``next``: exchange it for the token of the generation after it. ``again``: answer with the
        token of ``family.generation``, nothing changes. ``reuse``: end the family. ``ahead``: the family is
        older than its token: the store was restored from a backup.
    """
    if presented > family.generation:
        return "ahead"
    if presented == family.generation:
        return "next"
    age = now - family.rotated_at
    in_grace = abs(age) < round(grace * SECOND)
    return "again" if presented == family.generation - 1 and in_grace else "reuse"


def check_grace(grace: float) -> None:
    """Raises ``ConfigurationError`` for a grace that is none (asks B5: what cannot work fails at start)."""
    if not 0 <= grace <= LONGEST_GRACE:
        raise ConfigurationError(
            f"refresh_grace={grace:g}: 0 to {LONGEST_GRACE:g} seconds; in a longer one a thief is not noticed"
        )
