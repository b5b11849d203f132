"""Numbers, times and long texts of the pages."""

from __future__ import annotations

from django.test import override_settings
from django.utils import timezone

from rescind.django.admin.words import at, in_lines, sessions_text, short


def test_counts() -> None:
    assert [sessions_text(count) for count in (0, 1, 2)] == ["no session", "1 session", "2 sessions"]


def test_long_texts_are_cut_or_in_lines() -> None:
    assert (short("Firefox"), short(None), in_lines(None)) == ("Firefox", "-", "-")
    assert short("x" * 25) == "x" * 23 + "…"
    assert in_lines("x" * 100) == "x" * 80 + "\n" + "x" * 20


def test_times_are_those_of_the_project() -> None:
    assert at(None) == "-"
    for zone, said in (("UTC", "Jan. 1, 1970, midnight"), ("Asia/Tokyo", "Jan. 1, 1970, 9 a.m.")):
        for aware in (True, False):
            with timezone.override(zone), override_settings(USE_TZ=aware):
                assert at(0).replace("\N{NO-BREAK SPACE}", " ") == said
