"""How long a copy may live on at the most."""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

from rescind._duration import seconds
from rescind.paths.model import ORDER, Behaviour, Pace
from rescind.paths.words import duration
from rescind.tooling.errors import ToolError

WORDS = {
    "immediate": Pace.of("immediate"),
    "expiry": Pace(inf, ORDER.index("expiry")),
    "never": Pace(inf, ORDER.index("never")),
}
"""``expiry``: it must at least run out by itself. ``never``: anything will do that is known."""


class Limit(NamedTuple):
    """A behaviour holds it that is no worse."""

    text: str
    pace: Pace

    @classmethod
    def read(cls, value: Any, where: str) -> Limit:
        """Of rescind.toml: a word of `WORDS` or a duration.

        Raises:
            ToolError, ConfigurationError: it is neither.
        """
        if isinstance(value, str) and value in WORDS:
            return cls(value, WORDS[value])
        if not isinstance(value, str) or not value[:1].isdigit():
            raise ToolError(f'{where}: write "immediate", a duration such as "15m", "expiry" or "never"')
        longest = seconds(value, setting=where)
        return cls(f"within {duration(longest)}", Pace(longest, ORDER.index("expiry")))

    def holds(self, behaviour: Behaviour) -> bool:
        """Whether the behaviour is known, and no worse."""
        return behaviour.kind != "unknown" and behaviour.rank <= self.pace
