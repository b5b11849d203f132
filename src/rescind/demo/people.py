"""Alice, who can sign in by hand while the demo goes on serving."""

from __future__ import annotations

from pathlib import Path

from rescind import Rescind
from rescind._tokens import new_id

WORDS = [
    "acorn", "amber", "anchor", "apple", "arrow", "badge", "basil", "beacon", "birch", "bottle", "breeze",
    "brick", "bridge", "button", "candle", "canyon", "cedar", "chalk", "cherry", "cloud", "clover",
    "copper", "coral", "cotton", "crane", "daisy", "delta", "dune", "eagle", "ember", "fern", "flint",
    "garden", "ginger", "grape", "harbor", "hazel", "island", "ivory", "jasper", "kettle", "lamp",
    "lantern", "lemon", "linen", "maple", "marble", "meadow", "mint", "nine", "oak", "olive", "orchid",
    "otter", "pebble", "pepper", "pine", "plum", "quartz", "raven", "ribbon", "river", "tractor", "willow",
]  # fmt: skip
LENGTH = 4  # words: 24 bits, for a person of a demo that listens on 127.0.0.1


def add_alice(database: Path) -> str:
    """Creates her account beside the running servers and returns her new password."""
    password = passphrase()
    with Rescind(f"sqlite:///{database}") as auth:
        auth.accounts.create(login="alice", password=password, principal="alice")
    return password


def passphrase() -> str:
    """Random words, easy to type."""
    number = int(new_id(), 16)
    words = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(WORDS))
        words.append(WORDS[place])
    return "-".join(words)
