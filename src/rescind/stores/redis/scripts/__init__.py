"""The scripts: what must happen in one step of the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Script:
    """A script.

    Attributes:
        sha: the name by which the server knows it (EVALSHA).
        keys: how many of its words are keys.
    """

    text: str = field(repr=False)
    sha: str
    keys: int


def _script(name: str, keys: int) -> Script:
    text = Path(__file__).with_name(f"{name}.lua").read_text(encoding="utf-8")
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest(), keys)


BEGIN = _script("begin", keys=3)
RELEASE = _script("release", keys=2)
COMMIT = _script("commit", keys=3)
GATHER = _script("gather", keys=3)
RENEW = _script("renew", keys=6)
WORKERS = _script("workers", keys=6)
REGISTER = _script("register", keys=2)
ACKNOWLEDGE = _script("acknowledge", keys=2)
RETIRE = _script("retire", keys=3)
FORGET = _script("forget", keys=3)
