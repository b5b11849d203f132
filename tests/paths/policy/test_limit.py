"""What holds a limit: nothing that is slower, and nothing that is not known."""

from __future__ import annotations

import pytest
from tests.paths.maps import AT_ONCE, HOUR, MINUTE, NEVER, OPEN, UNKNOWN

from rescind.errors import ConfigurationError
from rescind.paths.model import Behaviour
from rescind.paths.policy.limit import Limit
from rescind.tooling.errors import ToolError

ENDLESS = Behaviour("expiry", "nobody knows for how long")
EVERY = (OPEN, AT_ONCE, MINUTE, HOUR, ENDLESS, NEVER, UNKNOWN)


@pytest.mark.parametrize(
    ("text", "count"),
    [("immediate", 2), ("59s", 2), ("1m", 3), ("15m", 3), ("1h", 4), ("7d", 4), ("expiry", 5), ("never", 6)],
)
def test_how_many_of_them_hold(text: str, count: int) -> None:
    limit = Limit.read(text, "revoke")
    assert [limit.holds(each) for each in EVERY] == [True] * count + [False] * (7 - count)


@pytest.mark.parametrize(
    "value", ["imediate", "", "-5m", "15 apples", 900, True, None, [], {}, "1e9d", "nan"]
)
def test_what_is_no_limit(value: object) -> None:
    with pytest.raises((ToolError, ConfigurationError), match="revoke"):
        Limit.read(value, "revoke")
