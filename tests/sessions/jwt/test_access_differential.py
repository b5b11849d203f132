"""Two readers of one token: PyJWT and ours. And a token that was changed anywhere is accepted nowhere."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterator
from typing import Any

import jwt as pyjwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sessions.jwt.forge import AUDIENCE, CLAIMS, ISSUER, KEYS, NOW, claims, forged, header, tokens

from rescind import Refused

ALGORITHMS = ["EdDSA", "ES256", "HS256"]  # PyJWT does not know Ed25519 by its new name
BELIEVERS = {alg: tokens(KEYS[alg]) for alg in KEYS}


def theirs(token: str, alg: str) -> dict[str, Any] | None:
    """What PyJWT says, told everything that we ask for and without a clock."""
    key = KEYS[alg].key
    raw: Any = key.raw_value if alg == "HS256" else key.public_key
    try:
        said: dict[str, Any] = pyjwt.decode(
            token,
            raw,
            algorithms=[alg],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={
                "require": ["iss", "aud", "sub", "exp", "iat", "jti"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except pyjwt.PyJWTError:
        return None
    return said


def agreed(token: str, alg: str) -> bool:
    """Whether we accept it; then PyJWT must accept it too, and read the same in it."""
    try:
        ours = BELIEVERS[alg].verify(token, NOW)
    except Refused as refused:
        assert refused.code == "malformed"  # noqa: PT017
        return False
    said = theirs(token, alg)
    assert said is not None, "we accept what PyJWT refuses"
    assert (ours.principal_id, ours.session_id, ours.token_id) == (said["sub"], said["sid"], said["jti"])
    assert (ours.issued_at, ours.expires_at) == (said["iat"], said["exp"])
    assert pyjwt.get_unverified_header(token)["kid"] == ours.kid
    return True


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_tokens_of_ours_are_read_by_pyjwt(alg: str) -> None:
    token = BELIEVERS[alg].issue(CLAIMS)
    assert agreed(token, alg)
    assert theirs(token, alg) == claims()


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_tokens_of_pyjwt_are_read_by_us(alg: str) -> None:
    key = KEYS[alg].key
    raw: Any = key.raw_value if alg == "HS256" else key.private_key
    for _ in range(16):  # an ES256 signature of another library is an upper one every other time
        token = pyjwt.encode(claims(), raw, algorithm=alg, headers={"typ": "at+jwt", "kid": KEYS[alg].kid})
        if agreed(token, alg):
            return
    pytest.fail("not one of 16 tokens made by PyJWT was accepted")


values = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2 * NOW)
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.sampled_from(
        [ISSUER, AUDIENCE, [AUDIENCE], [AUDIENCE, "b"], CLAIMS.session_id, CLAIMS.birth, "at+jwt"]
    )
)
changes = st.dictionaries(
    st.sampled_from([*claims(), "nbf", "client_id", "roles", "typ", "alg", "kid"]), values, max_size=3
)


@settings(deadline=None)
@given(said=changes, head=changes, alg=st.sampled_from(ALGORITHMS), twice=st.booleans())
def test_both_read_the_same_in_what_both_accept(
    said: dict[str, Any], head: dict[str, Any], alg: str, twice: bool
) -> None:
    body = json.dumps({name: value for name, value in (claims() | said).items() if value is not None})
    if twice and said:  # the changed members first, the good ones after them
        body = json.dumps(said)[:-1] + "," + json.dumps(claims())[1:]
    token = forged(KEYS[alg], header(KEYS[alg]) | head, body)
    if agreed(token, alg):
        assert len(set(head) - {"typ", "alg", "kid"}) == 0


# -- mutations ----------------------------------------------------------------------------------------------

ALPHABET = string.ascii_letters + string.digits + "-_"
Mutation = Callable[[random.Random, str], str]


def replaced(dice: random.Random, token: str) -> str:
    place = dice.randrange(len(token))
    return token[:place] + dice.choice(ALPHABET + ".=+/ \n\x00é") + token[place + 1 :]


def inserted(dice: random.Random, token: str) -> str:
    place = dice.randrange(len(token) + 1)
    return token[:place] + dice.choice(ALPHABET + ".= ") + token[place:]


def cut(dice: random.Random, token: str) -> str:
    start = dice.randrange(len(token))
    return token[:start] + token[start + dice.randrange(1, 9) :]


def swapped(dice: random.Random, token: str) -> str:
    place = dice.randrange(len(token) - 1)
    return token[:place] + token[place + 1] + token[place] + token[place + 2 :]


def repeated(dice: random.Random, token: str) -> str:
    start = dice.randrange(len(token))
    return token[: start + 8] + token[start:]


def other_case(dice: random.Random, token: str) -> str:
    place = dice.randrange(len(token))
    return token[:place] + token[place].swapcase() + token[place + 1 :]


def last_character(dice: random.Random, token: str) -> str:
    """Where the bits are that decode to nothing."""
    parts = token.split(".")
    place = dice.randrange(len(parts))
    parts[place] = parts[place][:-1] + dice.choice(ALPHABET)
    return ".".join(parts)


MUTATIONS: list[Mutation] = [replaced, inserted, cut, swapped, repeated, other_case, last_character]


def mutated(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    dice = random.Random(seed)
    issued = {alg: believer.issue(CLAIMS) for alg, believer in BELIEVERS.items()}
    for _ in range(count):
        alg = dice.choice(list(issued))
        token = issued[alg]
        for _ in range(dice.choice([1, 1, 1, 2, 4])):
            token = dice.choice(MUTATIONS)(dice, token)
        if token != issued[alg]:
            yield alg, issued[alg], token


def run(count: int, seed: int) -> int:
    tried = 0
    for alg, good, token in mutated(count, seed):
        tried += 1
        with pytest.raises(Refused) as caught:
            BELIEVERS[alg].verify(token, NOW)
        assert caught.value.code == "malformed"
        shown = f"{caught.value}{caught.value!r}{caught.value.detail}"
        assert good[-20:] not in shown
        assert not any(len(part) > 8 and part in shown for part in token.split("."))
    return tried


def test_a_changed_token_is_refused() -> None:
    assert run(4000, seed=1) > 3000


@pytest.mark.long
def test_a_hundred_thousand_changed_tokens_are_refused() -> None:
    assert run(130_000, seed=2) > 100_000
