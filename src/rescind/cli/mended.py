"""What ``rescind review --fix`` does to files, and says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rescind.cli.codes import ExitCode, Failed
from rescind.cli.output import counted, note

if TYPE_CHECKING:
    from rescind.review import Review


def mended(done: Review, *, dry_run: bool) -> bool:
    """Mend the findings of a review; whether a file was changed.

    Args:
        dry_run: print the changes as a diff on standard output instead.
    """
    try:
        from rescind.review.mending import mend
    except ModuleNotFoundError as error:
        raise Failed(ExitCode.USAGE, '--fix needs libcst: pip install "rescind[tools]"') from error
    changes, left = mend(done)
    written = 0
    for each in changes:
        if dry_run:
            click.echo(each.diff(), nl=False)
            continue
        try:
            if not each.write():
                note(f"{each.file} is left as it is: it was changed meanwhile")
                continue
        except OSError as error:
            note(f"{each.file} is left as it is: {error.strerror}")
            continue
        written += 1
    for one in left:
        note(f"{one.file} is left as it is: {one.why}")
    findings = counted(sum(each.mended for each in changes), "finding")
    note(f"{'would mend' if dry_run else 'mended'} {findings} in {counted(len(changes), 'file')}")
    return bool(written)
