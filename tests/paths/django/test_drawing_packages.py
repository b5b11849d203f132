"""django-rest-knox and django-oauth-toolkit: the map against the application."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.paths.django.corpus import check, held_against_measurement, part, told


@pytest.mark.long
def test_the_map_agrees_with_each_and_is_never_too_good(
    record_property: Callable[[str, object], None],
) -> None:
    some = part("packages")
    rows = [row for folder in some for row in held_against_measurement(folder)]
    record_property("measured", told(rows, len(some)))
    check(rows)
