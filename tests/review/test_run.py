"""A review from the outside: what is chosen, sorted, excused, and said of what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from rescind.review import Review, review
from rescind.review.run import ReviewError, Wanted

HARM = "import pickle\nfrom flask import request\n\ndef view():\n    return pickle.loads(request.data)"


def reviewed(tmp_path: Path, text: str, **wanted: object) -> Review:
    (tmp_path / "app.py").write_text(text)
    return review(tmp_path, wanted=Wanted(**wanted))  # type: ignore[arg-type]


def test_a_finding_and_its_json(tmp_path: Path) -> None:
    told = reviewed(tmp_path, HARM).to_dict("1")
    (finding,) = told["findings"]
    assert (finding["rule"], finding["class"], finding["file"], finding["line"]) == (
        "RSC101",
        "deser",
        "app.py",
        5,
    )
    assert set(finding) == {
        "rule", "class", "file", "line", "end_line", "severity", "confidence", "message", "trace", "fix",
    }  # fmt: skip
    assert set(told) == {"tool", "version", "findings", "unread", "summary"}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"select": ("RSC101",)}, 1),
        ({"select": ("rsc1",)}, 1),
        ({"select": ("deser",)}, 1),
        ({"ignore": ("RSC1",)}, 0),
        ({"severity": "critical", "confidence": "high"}, 1),
    ],
)
def test_what_is_asked_for(tmp_path: Path, wanted: dict[str, object], count: int) -> None:
    assert len(reviewed(tmp_path, HARM, **wanted).findings) == count


def test_rules_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="--select RSC999"):
        reviewed(tmp_path, HARM, select=("RSC999",))


@pytest.mark.parametrize(
    ("text", "found", "remarks"),
    [
        (f"{HARM}  # rescind: ignore[RSC101] our own child writes it", 0, []),
        (HARM.replace("    return", "    # rescind: ignore[RSC101] ours\n    return"), 0, []),
        (HARM.replace("(request", "(\n        # rescind: ignore[RSC101] ours\n        request"), 0, []),
        (f"{HARM}  # rescind: ignore[RSC101]", 1, ["give the reason"]),
        (f"{HARM}  # rescind: ignore it", 1, ["name the rule"]),
        (f"{HARM}  # rescind: ignore[RSC998] no", 1, ["there is no rule RSC998"]),
        (
            HARM.replace("import pickle", "import pickle  # rescind: ignore[RSC101] why"),
            1,
            ["RSC101 finds nothing"],
        ),
        (HARM.replace("import pickle", "x = '# rescind: ignore[RSC101] why'; import pickle"), 1, []),
    ],
)
def test_excuses(tmp_path: Path, text: str, found: int, remarks: list[str]) -> None:
    done = reviewed(tmp_path, text)
    assert (len(done.findings), len(done.excused)) == (found, 1 - found)
    assert len(done.remarks) == len(remarks)
    assert all(each.why.startswith(start) for each, start in zip(done.remarks, remarks, strict=True))


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "note.ipynb").write_text("{}")
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'")
    told = reviewed(tmp_path, HARM + "\n\ndef broken(:\n    pass\n").to_dict("1")
    assert len(told["findings"]) == 1
    assert {each["file"] for each in told["unread"]} == {"note.ipynb", "latin.py", "app.py"}
    assert any(each["why"].startswith("lines 7-8: syntax error") for each in told["unread"])
