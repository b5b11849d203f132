"""RSC101: what unpickles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Variable
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.outside.untrusted import judged
from rescind.review.rule import Rule

MODULES = (
    "pickle",
    "cPickle",
    "_pickle",
    "pickle5",
    "dill",
    "cloudpickle",
    "marshal",
    "jsonpickle",
    "joblib",
)
LOADS = frozenset(
    [f"{module}.{name}" for module in MODULES for name in ("load", "loads", "Unpickler")]
    + [
        "jsonpickle.decode",
        "jsonpickle.unpickler.decode",
        "shelve.open",
        "shelve.Shelf",
        "shelve.DbfilenameShelf",
    ]
    + [
        "pandas.read_pickle",
        "numpy.load",
        "torch.load",
        "sklearn.externals.joblib.load",
        "kombu.serialization.loads",
    ]
)


class RSC101(Rule):
    """Bytes that somebody else can write are unpickled.

    What it checks:
        Calls of ``pickle.load`` and ``pickle.loads`` and of what does the same under other names:
        marshal, shelve, dill, cloudpickle, jsonpickle, joblib, ``pandas.read_pickle``, ``torch.load``,
        and ``numpy.load`` with
        ``allow_pickle``.

    Why it matters:
        A pickle is a program: whoever writes the bytes runs code in the process that reads them, with
        its keys and its database. A cache, a queue or a table of sessions is enough to get there from
        another application.

    How it is decided:
        The bytes are followed to where they come from, through functions and modules. A request or a
        socket is critical; a store, a cache, a queue, the session or another service is high. A
        parameter that nobody of the project gives counts where the code around speaks of sessions,
        caches, messages or tokens. Files with fixed names, files shipped with the code and pipes to
        processes of one's own are fine.

    Fix:
        Store JSON or another format that makes no objects.

    References:
        ASVS 1.5.2, CWE-502

    Since:
        0.1
    """

    kind: ClassVar[Class] = "deser"
    severity: ClassVar[Severity] = "critical"

    def check(self, look: Look) -> Iterator[Finding]:
        if not any(
            module in look.module.text for module in (*MODULES, "shelve", "read_pickle", "torch", "numpy")
        ):
            return
        for call in look.calls:
            name = next((each for each in names_of(look, call) if each in LOADS), "")
            data = (
                call.node.args[0]
                if call.node.args
                else next((each.value for each in call.node.keywords), None)
            )
            if not name or data is None or not makes_objects(look, name, call):
                continue
            found = judged(look, call.node, look.origins(data))
            if found is not None:
                place = look.module.place(call.node)
                yield self.finding(
                    look,
                    call.node,
                    f"{name} makes objects of {found.origin.note}",
                    severity=found.severity,
                    confidence=found.confidence,
                    trace=(
                        *found.origin.steps,
                        Step(place.file, place.line, f"{name} runs what the bytes say"),
                    ),
                    fix="store JSON (json, msgspec) instead: reading it makes no objects",
                )


def names_of(look: Look, call: Call) -> Iterator[str]:
    """What is called, also through a variable or a default that holds the module: ``serializer=pickle``."""
    yield from (each.name for each in call.named)
    func = call.node.func
    yield from of_table(look, func)
    if isinstance(func, ast.Name):
        for bound in bindings_at(func, look.scope(func)):
            yield from of_table(look, bound.value) if bound.kind == "assign" and bound.value else ()
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name | ast.Attribute):
        for each in look.named(func.value):
            if isinstance(each.definition, Variable):
                for binding in each.definition.bindings:
                    if isinstance(binding.value, ast.Name | ast.Attribute):
                        held = look.project.name_of(binding.value, binding.scope)
                        yield f"{held}.{func.attr}"


def of_table(look: Look, func: ast.expr) -> Iterator[str]:
    """What ``READERS[kind](data)`` and ``READERS.get(kind)(data)`` may call, of a dictionary that stands
    there."""
    held: ast.expr | None = func.value if isinstance(func, ast.Subscript) else None
    if isinstance(func, ast.Call) and isinstance(func.func, ast.Attribute) and func.func.attr == "get":
        held = func.func.value
    made = [held] if isinstance(held, ast.Dict) else []
    if isinstance(held, ast.Name):
        made = [each.value for each in look.scope(held).lookup(held.id) if isinstance(each.value, ast.Dict)]
    for each in made:
        yield from (look.name(one) for one in each.values if isinstance(one, ast.Name | ast.Attribute))


def makes_objects(look: Look, name: str, call: Call) -> bool:
    """``numpy.load`` and ``torch.load`` do it only where they are told to, or not told not to."""
    option, default = {"numpy.load": ("allow_pickle", False), "torch.load": ("weights_only", True)}.get(
        name, ("", True)
    )
    given = call.argument(option) if option else None
    if given is None:
        return default
    only = look.values(given).only
    value = only.value if only is not None else None
    return bool(value) if name == "numpy.load" else not value
