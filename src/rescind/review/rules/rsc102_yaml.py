"""RSC102: YAML with a loader that makes objects."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call
from rescind.reading import Class as Defined
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.outside.untrusted import judged
from rescind.review.rule import Rule

UNSAFE = {"yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all"}
LOADS = {
    "yaml.load",
    "yaml.load_all",
    "ruamel.yaml.load",
    "ruamel.yaml.load_all",
    "yaml.Loader",
    "yaml.UnsafeLoader",
    "yaml.FullLoader",
}
SAFE = {"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader", "RoundTripLoader"}


class RSC102(Rule):
    """YAML that somebody else can write is read with a loader that makes objects.

    What it checks:
        ``yaml.load`` with any loader but the safe ones, ``yaml.unsafe_load``, ``yaml.full_load`` and
        ``YAML(typ="unsafe")`` of ruamel.

    Why it matters:
        Tags such as ``!!python/object/apply`` call what they name: who writes the document runs code.

    How it is decided:
        The loader is followed through imports and classes (one derived from ``SafeLoader`` is safe). The
        document is followed to where it comes from, as in RSC101; configuration files with fixed names
        are fine.

    Fix:
        ``yaml.safe_load(document)``.

    References:
        ASVS 1.5.2, CWE-502

    Since:
        0.1
    """

    kind: ClassVar[Class] = "deser"
    severity: ClassVar[Severity] = "critical"

    def check(self, look: Look) -> Iterator[Finding]:
        if "yaml" not in look.module.text:
            return
        for call in look.calls:
            data = call.argument("stream", 0) or call.argument("document", 0)
            if data is None or not unsafe(look, call):
                continue
            found = judged(look, call.node, look.origins(data))
            if found is not None:
                place = look.module.place(call.node)
                yield self.finding(
                    look,
                    call.node,
                    f"YAML of {found.origin.note} is read with a loader that makes objects",
                    severity=found.severity,
                    confidence=found.confidence,
                    trace=(
                        *found.origin.steps,
                        Step(place.file, place.line, "tags in it call what they name"),
                    ),
                    fix="use yaml.safe_load",
                )


def unsafe(look: Look, call: Call) -> bool:
    names = {each.name for each in call.named}
    if names & UNSAFE:
        return True
    if "ruamel.yaml.YAML.load" in names:
        return "unsafe" in look.module.text and "unsafe" in kinds_of(look, call.node)
    if not names & LOADS:
        return False
    loader = call.argument("Loader", 1)
    if loader is None:
        return True
    for each in look.named(loader):
        bases = each.definition.mro if isinstance(each.definition, Defined) else (each,)
        if any(base.name.rpartition(".")[2] in SAFE for base in bases):
            return False
    return True


def kinds_of(look: Look, node: ast.Call) -> set[str]:
    """The ``typ`` that the reader was made with, of ``reader.load(text)``; where that is not seen, any."""
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    made = [base]
    if isinstance(base, ast.Name):
        made = [each.value for each in bindings_at(base, look.scope(base))]
    if not made or not all(isinstance(each, ast.Call) for each in made):
        return {"unsafe"}
    typs = [look.call(each).argument("typ", 0) for each in made if isinstance(each, ast.Call)]
    return {text for each in typs if each is not None for text in look.values(each).texts}
