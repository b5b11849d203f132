"""Which files are tests, by their names."""

from __future__ import annotations

import pytest

from rescind.review.places import is_test


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("shop/views.py", False),
        ("shop/tests/test_views.py", True),
        ("test_shop/functional.py", True),
        ("shop/test_drive/booking.py", False),
        ("/tmp/test_outside_0/shop.py", False),
        ("shop/latest.py", False),
        ("docs/conf.py", True),
    ],
)
def test_told_by_the_name(file: str, expected: bool) -> None:
    assert is_test(file) is expected
