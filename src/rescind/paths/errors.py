"""What can go wrong before there is a map.

PathsError (a ToolError)
└── NoTarget   the target cannot be mapped at all; says what was tried and the mend (exit 2)
"""

from __future__ import annotations

from rescind.tooling.errors import ToolError


class PathsError(ToolError):
    """Root of everything that the route map raises on purpose."""


class NoTarget(PathsError):
    """Neither an application that can be imported nor source that can be read."""
