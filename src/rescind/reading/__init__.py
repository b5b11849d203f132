"""Reading: Python source in, facts out, for the tools that look at an application without running it.

`read` gives a `Project`. Its modules are parsed when they are asked for, in Python's own nodes (`ast`);
names, values, classes and calls are followed through imports from one file to the next. Nothing that is read
is ever run, and what could not be read is listed in `Project.unread`.

It imports nothing else of rescind. docs/reading.md has the whole surface.
"""

from __future__ import annotations

from rescind.reading.collector import paused
from rescind.reading.definitions import Applied, Call, Class, Function, Named, Parameter, Variable
from rescind.reading.errors import ReadingError
from rescind.reading.module import Module, Place
from rescind.reading.nodes import (
    Interpolation,
    TemplateStr,
    TypeAlias,
    last_name,
    unparsed,
    walk,
    walk_inside,
)
from rescind.reading.project import Project, read
from rescind.reading.scopes import Binding, Scope
from rescind.reading.unread import Unread
from rescind.reading.values import Gap, Option, Seconds, Text, Values

__all__ = [
    "Applied", "Binding", "Call", "Class", "Function", "Gap", "Interpolation", "Module", "Named", "Option",
    "Parameter", "Place", "Project", "ReadingError", "Scope", "Seconds", "TemplateStr", "Text", "TypeAlias",
    "Unread", "Values", "Variable", "last_name", "paused", "read", "unparsed", "walk", "walk_inside",
]  # fmt: skip
