"""Alice, who can sign in by hand while the demo goes on serving.

`python -m rescind.demo.alice` adds her, in the environment of the servers, and prints her password.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from rescind._tokens import new_id
from rescind.demo.processes import ServersFailed

NAME, ID = "alice", 7

WORDS = [
    "acorn", "amber", "anchor", "apple", "arrow", "badge", "basil", "beacon", "birch", "bottle", "breeze",
    "brick", "bridge", "button", "candle", "canyon", "cedar", "chalk", "cherry", "cloud", "clover",
    "copper", "coral", "cotton", "crane", "daisy", "delta", "dune", "eagle", "ember", "fern", "flint",
    "garden", "ginger", "grape", "harbor", "hazel", "island", "ivory", "jasper", "kettle", "lamp",
    "lantern", "lemon", "linen", "maple", "marble", "meadow", "mint", "nine", "oak", "olive", "orchid",
    "otter", "pebble", "pepper", "pine", "plum", "quartz", "raven", "ribbon", "river", "tractor", "willow",
]  # fmt: skip
LENGTH = 4  # words: 24 bits, for a person of a demo that listens on 127.0.0.1


def add_alice(environ: Mapping[str, str]) -> str:
    """Adds her beside the running servers and returns her new password. Raises ServersFailed."""
    done = subprocess.run(
        [sys.executable, "-m", "rescind.demo.alice"], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServersFailed(f"Alice could not be added:\n{done.stderr}")
    return done.stdout.strip()


def main() -> None:
    """A process of its own: Django's settings are made once."""
    from rescind.demo.sites.django_site import add_person

    password = passphrase()
    add_person(ID, NAME, password)
    sys.stdout.write(f"{password}\n")


def passphrase() -> str:
    """Random words, easy to type."""
    number = int(new_id(), 16)
    words = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(WORDS))
        words.append(WORDS[place])
    return "-".join(words)


if __name__ == "__main__":
    main()
