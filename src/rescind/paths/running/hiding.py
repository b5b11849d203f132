"""Takes what may be secret out of what an application said when it failed."""

from __future__ import annotations

import os
import re
from itertools import pairwise

SECRET = re.compile(r"secret|passw|pwd|token|key|salt|credential|dsn|auth", re.IGNORECASE)
HIDDEN = "…"
SHORTEST = 4  # a shorter value stands in too many words
IN_ADDRESS = re.compile(r"(://)[^\s/@'\"]*@")
NAMED = re.compile(
    r"(?P<name>\w*(?:secret|passw\w*|pwd|token|key|salt|credential|authorization)\w*['\"]?\s*[=:]\s*)"
    r"(?:bearer\s+|basic\s+)?(?P<value>'[^']*'|\"[^\"]*\"|[^\s,;&)]+)",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Za-z0-9+/=_-]{16,}")


def hidden(text: str) -> str:
    """Without passwords in addresses, values of secret settings, and words that look like keys."""
    secrets = [value for name, value in os.environ.items() if SECRET.search(name) and len(value) >= SHORTEST]
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    text = IN_ADDRESS.sub(rf"\1{HIDDEN}@", text)
    text = NAMED.sub(rf"\g<name>{HIDDEN}", text)
    return WORD.sub(lambda found: HIDDEN if is_key(found[0]) else found[0], text)


def is_key(word: str) -> bool:
    """Whether a long word is of letters and digits mixed, as no name is."""
    changes = sum(a.isdigit() != b.isdigit() for a, b in pairwise(word))
    return changes >= 3 and not ("/" in word and word.islower())
