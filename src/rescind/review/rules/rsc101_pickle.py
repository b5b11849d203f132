"""RSC101: what unpickles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.rule import Rule

LOADS = frozenset(
    f"{module}.{name}"
    for module in ("pickle", "cPickle", "_pickle", "dill", "cloudpickle")
    for name in ("load", "loads", "Unpickler")
)


class RSC101(Rule):
    """Bytes that somebody else can write are unpickled.

    What it checks:
        Calls of ``pickle.load``, ``pickle.loads`` and of their relatives (dill, cloudpickle) by any name.

    Why it matters:
        A pickle is a program: whoever writes the bytes runs code in the process that reads them, with its
        keys and its database.

    How it is decided:
        Data of a request are certain.

    Fix:
        Store JSON, or sign what is stored and check the signature first.

    References:
        ASVS 1.5.2, CWE-502

    Since:
        0.1
    """

    kind: ClassVar[Class] = "deser"
    severity: ClassVar[Severity] = "critical"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in look.calls:
            if call.name in LOADS:
                yield self.finding(look, call.node, "bytes are unpickled", fix="store JSON instead")
