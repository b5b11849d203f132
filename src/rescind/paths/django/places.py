"""Where a setting stands in the source, and the text of functions."""

from __future__ import annotations

from pathlib import Path

from rescind.paths.django.ends import DEEPEST, reached
from rescind.paths.guards import Guards
from rescind.paths.model import Evidence
from rescind.reading import Project, Variable


class Places:
    """Of one project whose settings are of that file."""

    def __init__(self, project: Project, guards: Guards, file: str) -> None:
        self.project = project
        self.guards = guards
        self.module = project.module_at(Path(file)) if file and Path(file).exists() else None

    def setting(self, name: str) -> Evidence | None:
        """None: it is not set there, so it is Django's own default."""
        if self.module is None:
            return None
        for named in self.project.find(f"{self.module.name}.{name}", self.module):
            made = named.definition
            if isinstance(made, Variable):
                place = made.module.place(made.bindings[-1].node)
                return Evidence(place.file, place.line, name)
        return None

    def whole_text(self, number: int | None) -> str | None:
        """The source of a callable and of all of the project that it calls."""
        function = None if number is None else self.guards.function(number)
        if function is None:
            return None
        found = dict.fromkeys(inner for inner, _, _ in reached(function, DEEPEST, set()))
        texts = [each.module.source_of(each.node) for each in (function, *found)]
        return "\n".join(
            [*texts, *(applied.name for each in (function, *found) for applied in each.decorators)]
        )

    def function_text(self, number: int | None) -> str | None:
        """The source of a callable; None: it was not read."""
        function = None if number is None else self.guards.function(number)
        return None if function is None else function.module.source_of(function.node)
