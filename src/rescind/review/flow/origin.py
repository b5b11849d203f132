"""Where data come from."""

from __future__ import annotations

import ast
from typing import Literal, NamedTuple

from rescind.reading import Module
from rescind.review.finding import Step

# ``request``: whoever sends it decides. ``network``: the same without HTTP. ``remote``: another service.
# ``store``: a database, a cache, a queue. ``file``: one whose name is not fixed. ``session``: what the
# application put into the visit. ``environment``: settings. ``own``: shipped with the code, or a child's
# pipe. ``parameter``: of a function that nobody of the project calls. ``named``: what the policy's own
# source knows.
Kind = Literal[
    "request", "network", "remote", "store", "file", "session", "environment", "own", "parameter", "named"
]
# Of a request.
Part = Literal["query", "form", "body", "upload", "header", "cookie", "path", "host", "url", ""]

NOTES: dict[Part, str] = {
    "query": "the query of a request",
    "form": "the form of a request",
    "body": "the body of a request",
    "upload": "an uploaded file",
    "header": "a header of a request",
    "cookie": "a cookie",
    "path": "the path of a request",
    "host": "the Host of a request",
    "url": "the address of a request",
}


class Built(NamedTuple):
    """A text that was put together, with the data inside."""

    node: ast.AST
    module: Module


class Origin(NamedTuple):
    """One place where data come from, and the way from there.

    Attributes:
        part: of a request, which.
        name: of a parameter, a key or a call.
        steps: from the source on, up to the expression that was asked about.
        built: the texts that it became a part of, the innermost first.
    """

    kind: Kind
    part: Part = ""
    name: str = ""
    steps: tuple[Step, ...] = ()
    built: tuple[Built, ...] = ()

    @property
    def note(self) -> str:
        """For a message: ``a cookie``."""
        return NOTES.get(self.part) or NAMES[self.kind]

    def through(self, step: Step) -> Origin:
        """One step further, unless it is the same line again."""
        if self.steps and (self.steps[-1].file, self.steps[-1].line) == (step.file, step.line):
            return self
        return self if len(self.steps) >= MOST_STEPS else self._replace(steps=(*self.steps, step))

    def inside(self, node: ast.AST, module: Module) -> Origin:
        """As a part of a text that is put together there."""
        if len(self.built) >= MOST_STEPS:
            return self
        return self._replace(built=(*self.built, Built(node, module)))


def step_at(node: ast.AST, module: Module, note: str) -> Step:
    """A step of the way, at a node."""
    return Step(module.file, getattr(node, "lineno", 1), note)


def leaf(kind: Kind, node: ast.AST, module: Module, part: Part = "", name: str = "") -> list[Origin]:
    """Where a way begins."""
    origin = Origin(kind, part, name)
    return [origin.through(step_at(node, module, origin.note))]


MOST_STEPS = 12
NAMES: dict[Kind, str] = {
    "request": "a request",
    "network": "the network",
    "remote": "another service",
    "store": "a store",
    "file": "a file",
    "session": "the session",
    "environment": "the environment",
    "own": "the program itself",
    "parameter": "a parameter",
    "named": "a secret",
}
