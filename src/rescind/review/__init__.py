"""The reviewer: defects of authentication in source code, found without running it.

`review` gives a `Review` with its findings and with what could not be read. Each rule is one file of
``rules/``, named for its number. It stands on `rescind.reading` and imports nothing else of rescind.

docs/review.md says how to use it, docs/rules.md what each rule decides and how.
"""

from __future__ import annotations

from rescind.review.finding import CLASSES, Finding, Step
from rescind.review.rule import Rule, rules
from rescind.review.run import Review, review

__all__ = ["CLASSES", "Finding", "Review", "Rule", "Step", "review", "rules"]
