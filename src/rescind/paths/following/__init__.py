"""What a guard does with a credential, found by reading it and what it calls.

`Follower` goes through a function statement by statement and keeps, for each name, where its value comes from
(`Origin`). What matters is noted as facts: a look-up and its key, what is decoded, what refuses, what is
written. Branches are not told apart by their conditions: a fact says that something happens, not that it
always does; where that matters for the better answer, `deciding` asks for a refusal.
"""

from __future__ import annotations

from rescind.paths.following.facts import Check, Decode, Encode, Facts, Lookup, Origin, Write
from rescind.paths.following.follow import Begun, Follower

__all__ = ["Begun", "Check", "Decode", "Encode", "Facts", "Follower", "Lookup", "Origin", "Write"]
