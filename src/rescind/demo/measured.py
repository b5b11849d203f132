"""Everything that one run of the demo has measured, and what it says about the promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rescind.demo.one_revoke import OneRevoke
from rescind.demo.table import Finding
from rescind.demo.verdict import ours, promise
from rescind.demo.ways import Found


@dataclass(frozen=True, slots=True)
class Measured:
    """The rows of both tables, and the one revoke in three frameworks.

    `load`: how many processes wanted a processor before the demo began (the system's average of a minute).
    """

    findings: Sequence[Finding]
    found: Sequence[Found]
    one: OneRevoke
    load: float = 0.0

    @property
    def held(self) -> bool:
        """No request of ours that started after the answer got in."""
        return self._promise[0]

    @property
    def verdict(self) -> str:
        """The last line."""
        return self._promise[1]

    @property
    def void(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What is void, by the label of its row."""
        for finding in self.findings:
            if finding.figures.void:
                yield finding.row.label, finding.figures.void
        shown = {id(finding.figures) for finding in self.findings}
        for one in self.found:
            for way, cell in one.cells.items():
                if cell.figures.void and id(cell.figures) not in shown:
                    yield f"{one.kind.label}, {way}", cell.figures.void

    @property
    def _promise(self) -> tuple[bool, str]:
        return promise(ours(self.findings, self.found), self.one)
