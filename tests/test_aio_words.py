"""What can be awaited is what can be called: the same words with the same arguments."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.world import World

from rescind import Rescind

NOT_AWAITED = {
    "on_revoked": "registers, blocks nothing",
    "health": "asks nobody",
    "new_birth": "belongs to a restore: scripts and the command line",
    "watch": "declares, blocks nothing",
    "bind": "for faces",
    "sign_out_order": "for faces",
    "order": "for faces",
    "commit": "for faces",
    "settle": "for faces",
    "refuse_on_loop": "for faces",
    "issued": "for faces",
    "note_kept": "for faces",
    "jwks": "from memory, but for the key files at first use",
}


def words(part: object) -> dict[str, Any]:
    """Public callables of a part, its own namespaces left out."""
    named = {name: getattr(part, name) for name in dir(part) if not name.startswith("_")}
    return {name: word for name, word in named.items() if inspect.isroutine(word)}


def places() -> Iterator[tuple[str, object, object]]:
    with Rescind("memory://") as auth:
        yield "", auth, auth.aio
        for part in ("sessions", "principals", "accounts", "passwords"):
            yield f"{part}.", getattr(auth, part), getattr(auth.aio, part)


BOTH = {
    f"{prefix}{name}": (word, words(awaited)[name])
    for prefix, plain, awaited in places()
    for name, word in words(plain).items()
    if name in words(awaited) and name not in NOT_AWAITED
}


def arguments(word: Any) -> list[tuple[str, Any, Any]]:
    # Annotations may be wider where overloads say more.
    return [(one.name, one.kind, one.default) for one in inspect.signature(word).parameters.values()]


@pytest.mark.parametrize("name", sorted(BOTH))
def test_takes_the_same_arguments(name: str) -> None:
    plain, awaited = BOTH[name]
    assert arguments(awaited) == arguments(plain)
    assert inspect.iscoroutinefunction(awaited)


def test_every_word_that_may_block_can_be_awaited() -> None:
    for prefix, plain, awaited in places():
        if prefix == "passwords.":
            continue  # has its own asynchronous half
        missing = set(words(plain)) - set(words(awaited)) - set(NOT_AWAITED)
        assert missing - {"open"} == set(), prefix


@pytest.mark.parametrize("name", ["sessions.start", "sessions.list", "principals.list", "prune"])
def test_what_reads_or_writes_does_so_off_the_loop(world: World, name: str) -> None:
    auth = world.engine(spy=True)
    threads: set[int] = set()
    spy: Any = auth.core.store
    for method in ("write", "sessions", "standings", "prune"):
        spy.before[method] = lambda *_, **__: threads.add(threading.get_ident())
    part, _, word = name.rpartition(".")
    call = getattr(getattr(auth.aio, part) if part else auth.aio, word)

    async def main() -> None:
        await (call("ada") if part == "sessions" else call())

    asyncio.run(main())
    assert threads
    assert threading.get_ident() not in threads
