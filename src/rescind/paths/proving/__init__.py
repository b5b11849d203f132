"""Whether an end really ends: what a guard does where nothing is found, what signing out does each time.

`following` says what is looked up, refused and written somewhere on the way. Here the same functions are gone
through once more, path by path, with one thing supposed: that the row is gone, that its flag is set, that it
is there. A guard shuts only if no path comes out of it; an end counts only if every path through it makes the
write. What is not known is taken both ways, and what cannot be decided in time is not proven.
"""

from __future__ import annotations

from rescind.paths.proving.case import Case, Index
from rescind.paths.proving.machine import Closed
from rescind.paths.proving.proof import Proofs, Role
from rescind.paths.proving.values import Value

__all__ = ["Case", "Closed", "Index", "Proofs", "Role", "Value"]
