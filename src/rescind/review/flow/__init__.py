"""Data followed backwards: from an expression to where what it holds comes from.

`Flow.origins` goes through assignments, containers, calls of the project's functions (with the arguments that
were given), parameters (to whoever calls), attributes of objects and modules, and stops at what `sources`
knows: requests, stores, files, other services. A `Policy` says what takes the danger out on the way: a
number, a digest, a check against a list.
"""

from __future__ import annotations

from rescind.review.flow.following import Flow
from rescind.review.flow.origin import Kind, Origin, Part
from rescind.review.flow.policy import HARMLESS, PLAIN, Policy

__all__ = ["HARMLESS", "PLAIN", "Flow", "Kind", "Origin", "Part", "Policy"]
