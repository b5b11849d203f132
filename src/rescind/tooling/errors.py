"""What goes wrong in a way that somebody can mend.

ToolError
├── ReviewError   `rescind.review.run`
└── PathsError    `rescind.paths.errors`
"""

from __future__ import annotations


class ToolError(ValueError):
    """What was asked for cannot be done; the message names the option, file or key and the mend."""
