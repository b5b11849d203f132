"""A file of findings that are known: whatever is in it is not shown again.

It is JSON, sorted, one finding on each line, so that a change of it can be reviewed as any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from rescind.review.marks import Mark, compared, marks, named
from rescind.review.run import Review, ReviewError
from rescind.tooling.whole import write_whole

FORM = 1
HEAD = '{"rescind review baseline": 1, "findings": [\n'
MEND = "write it anew with --update-baseline"


def read_baseline(path: Path) -> list[Mark]:
    """What is known.

    Raises:
        ReviewError: it cannot be read, or is no such file.
    """
    try:
        document = json.loads(path.read_bytes())
        if not isinstance(document, dict) or document.get("rescind review baseline") != FORM:
            raise ReviewError(f"baseline {path}: not a baseline of this version: {MEND}")
        return msgspec.convert(document.get("findings"), list[Mark])
    except FileNotFoundError:
        raise ReviewError(f"baseline {path}: there is no such file: {MEND}") from None
    except OSError as error:
        raise ReviewError(f"baseline {path}: {error.strerror or 'cannot be opened'}") from None
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        if isinstance(error, ReviewError):
            raise
        raise ReviewError(f"baseline {path}: damaged: {MEND}") from None


def write_baseline(path: Path, known: Iterable[Mark]) -> None:
    """Whole or not at all.

    Raises:
        ToolError: it cannot be written.
    """
    lines = ",\n".join(json.dumps(each) for each in sorted(known))
    write_whole(path, f"{HEAD}{lines}\n]}}\n", "baseline")


def against(done: Review, known: Iterable[Mark], base: Path) -> Review:
    """The review without what is known, and with what is known and gone.

    Of a rule that was not asked for, of a file that was not read, and of what is shown only by other options,
    nobody knows whether it is gone.
    """
    files = {named(module, base) for module in done.project.modules}
    new, gone = compared(marks(done.findings, done.project, base), known, files)
    asked = [each for each in gone if in_view(each, done, files, base)]
    left = tuple(each for each, is_new in zip(done.findings, new, strict=True) if is_new)
    return replace(done, findings=left, known=len(done.findings) - len(left), gone=tuple(asked))


def in_view(mark: Mark, done: Review, files: set[str], base: Path) -> bool:
    if mark.rule not in done.asked or done.wanted.severity != "low" or done.wanted.confidence != "low":
        return False
    return mark.file in files or not (base / mark.file).exists()


def updated(done: Review, known: Iterable[Mark], base: Path) -> list[Mark]:
    """What is to be known from now on: the findings, and what was known and nobody has looked at now."""
    files = {named(module, base) for module in done.project.modules}
    now = marks(done.findings, done.project, base)
    _, gone = compared(now, known, files)
    return [*now, *(each for each in gone if not in_view(each, done, files, base))]
