"""Progress moves on a terminal and stays plain in a pipe."""

from __future__ import annotations

import io
import re

from rescind.demo.screen import Screen, bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def play(stream: io.StringIO) -> str:
    screen = Screen(stream)
    screen.begin()
    screen.progress("drills", "1 of 4", 0.25)
    screen.done("drills", f"{bar(1)} 4 of 4")
    screen.line("a line")
    screen.line()
    return stream.getvalue()


def test_a_pipe_gets_plain_lines() -> None:
    text = play(io.StringIO())
    assert "\r" not in text
    assert "\x1b" not in text
    first, second, third = text.splitlines()
    assert re.fullmatch(r"  drills        █{40} 4 of 4 +0\.\d s", first)
    assert (second, third) == ("  a line", "")
    assert len(first) == 78


def test_a_terminal_sees_the_bar_move_in_one_line() -> None:
    text = play(Terminal())
    assert text.count("\r") == 2
    drawn = text.split("\n")[0].split("\r")
    assert f"{'█' * 10}{'░' * 30} 1 of 4" in drawn[1]
    assert "4 of 4" in drawn[2]
    assert len(drawn[2]) >= len(drawn[1])


def test_bars() -> None:
    assert [bar(share).count("█") for share in (0, 0.5, 1)] == [0, 20, 40]
    assert all(len(bar(share / 7)) == 40 for share in range(8))
