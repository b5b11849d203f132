"""What is shown of code has no secret in it, and everything else stays where it was."""

from __future__ import annotations

import pytest

from rescind.review import Finding
from rescind.review.output.dotted import dotted


def hardcoded(line: int, end_line: int) -> Finding:
    return Finding("RSC851", "hardcoded", "app.py", line, end_line, "high", "high", "stands in the source")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("KEY = 'geheim'", "KEY = '······'"),
        ('KEY = "sk_live_9f8a7b6c5d4e"', 'KEY = "sk_l················"'),
        ("""KEY = "it's mine", 'b"b'""", """KEY = "·········", '···'"""),
        ("connect('amqp://app:s3cret@mq.example/7')", "connect('amqp://app:······@mq.example/7')"),
        ("connect('redis://:s3cret@mq')", "connect('redis://:······@mq')"),
        ("connect(f'amqp://app:{PASSWORD}@mq')", "connect(f'amqp://app:{PASSWORD}@mq')"),
        ("connect('https://example.com/a@b')", "connect('https://example.com/a@b')"),
        ("KEY = ''  # don't", "KEY = ''  # don't"),
        (r"KEY = 'it\'s mine', 'b'", "KEY = '··········', '·'"),
        ("KEY = '''it's mine'''  # don't", "KEY = '''·········'''  # don't"),
        ('KEY = """"quoted" key"""', 'KEY = """············"""'),
    ],
)
def test_literals_and_passwords_in_addresses(line: str, shown: str) -> None:
    assert dotted([line], [hardcoded(1, 1)]) == [shown]
    assert len(line) == len(shown), "what is underlined stays below"


def test_literals_over_several_lines() -> None:
    lines = [
        'KEY = """-----BEGIN PRIVATE KEY-----',
        "MIIEvAIBADANBgkqhkiG9w0BAQ",
        "    -----END PRIVATE KEY-----",
        '""".strip()  # don\'t',
        "OTHER = ('geheim-\\",
        "lich')",
    ]
    shown = dotted(lines, [hardcoded(1, 4), hardcoded(5, 6)])
    assert [len(line) for line in shown] == [len(line) for line in lines]
    assert shown == [
        'KEY = """----' + "·" * 23,
        "·" * 26,
        "·" * 29,
        '""".strip()  # don\'t',
        "OTHER = ('········",
        "····')",
    ]


def test_other_lines_and_other_findings_stay() -> None:
    lines = ["a = 'left'", "key = dict(", "    key='taken'", ")", "b = 'left'"]
    other = Finding("RSC101", "deser", "app.py", 1, 1, "high", "high", "opens")
    assert dotted(lines, [other, hardcoded(2, 9)])[:3] == ["a = 'left'", "key = dict(", "    key='·····'"]
    assert dotted(lines, [other]) == lines
    assert dotted([], [hardcoded(1, 1)]) == []
    assert dotted(["KEY = 'a\x0cb'", ""], [hardcoded(1, 2)]) == ["KEY = '···'", ""]
