"""What a route is and what stands before it, read from source: for code that cannot be imported.

`routes` gives what decorators, routers, blueprints and lists of routes say. It cannot know what is
registered in a loop or from a file: where the framework itself can be asked, ask it.
"""

from __future__ import annotations

from rescind.reading.frameworks import fastapi, flask, starlette
from rescind.reading.frameworks.facts import RouteFact
from rescind.reading.project import Project


def routes(project: Project) -> list[RouteFact]:
    """Of all applications in the project, those of FastAPI first."""
    return [*fastapi.routes(project), *starlette.routes(project), *flask.routes(project)]


__all__ = ["RouteFact", "fastapi", "flask", "routes", "starlette"]
