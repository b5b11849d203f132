"""Settings for people and for JSON: no secret in either."""

from __future__ import annotations

from uuid import UUID

import pytest

from rescind._duration import seconds
from rescind.cli.shown import duration, literal, plain, shown


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("lease", 1.0, "1s"),
        ("lease", 0, "0s"),
        ("idle", None, "-"),
        ("idle", "7d", "7d"),
        ("absolute", 2592000.0, "30d"),
        ("production", False, "no"),
        ("principal_id", UUID, "uuid"),
        ("trusted_origins", (), "-"),
        ("trusted_origins", ("https://a", "https://b"), "https://a,https://b"),
        ("realm", "a\x1b[2J\nb", "a [2J b"),
        ("url", "postgresql://ada:tiger@db/app", "postgresql://ada:***@db/app"),
        ("secret", "tiger", "***"),
        ("secrets", ["tiger"], "***"),
        ("secret", (), "-"),
    ],
)
def test_shown(name: str, value: object, text: str) -> None:
    assert shown(name, value) == text


def test_plain_keeps_types_and_hides_secrets() -> None:
    assert [plain("lease", 1.0), plain("production", True), plain("idle", None)] == [1.0, True, None]
    assert plain("trusted_proxies", ("10.0.0.0/8",)) == ["10.0.0.0/8"]
    assert plain("url", "x://ada:tiger@h") == "x://ada:***@h"
    assert plain("secret", "tiger") == plain("secret", ["tiger"]) == "***"


@pytest.mark.parametrize("value", [0.0, 0.25, 0.0015, 1.0, 1.5, 90.0, 3600.0, 5400.0, 86400.0, 2592000.0])
def test_duration_can_be_read_again(value: float) -> None:
    assert seconds(duration(value), setting="x") == value


def test_literal_is_toml() -> None:
    assert literal("realm", 'a"b') == '"a\\"b"'
    assert (literal("production", False), literal("max_cached", 5), literal("idle", 60.0)) == (
        "false",
        "5",
        '"1m"',
    )
    assert literal("trusted_origins", ("a",)) == '["a"]'
