"""The map on a terminal: credentials with what ends them, then routes by behaviour and audience, then
totals."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from rescind.paths.model import ENDS, ORDER, Behaviour, Credential, Map, Route
from rescind.paths.words import ENDED, HEADINGS, plain, spoken

STYLES = {
    "immediate": "green", "bounded": "yellow", "expiry": "bright_yellow", "never": "bold red", "unknown":
    "magenta", "n/a": "dim",
}  # fmt: skip
NARROW = 100


def show(drawn: Map, console: Console) -> None:
    """Print the whole map."""
    console.print(whole(drawn, console.width), highlight=False)


def whole(drawn: Map, width: int) -> RenderableType:
    count = f"{len(drawn.routes):,} route{'s' * (len(drawn.routes) != 1)}"
    parts: list[RenderableType] = [
        Text.assemble((drawn.target, "bold"), f"  {drawn.framework}  {count}"),
        Text(),
    ]
    parts += [Text.assemble(("note  ", "yellow"), plain(note)) for note in drawn.notes]
    if drawn.unread:
        files = len({each["file"] for each in drawn.unread})
        parts.append(Text(f"note  {files} files were not read in full: --json lists them", "yellow"))
    if drawn.credentials:
        parts += [Text(), credentials(drawn.credentials.values()), *reasons(drawn.credentials.values())]
    worst_first = sorted(
        drawn.routes, key=lambda each: (-ORDER.index(each.worst_revocation.kind), each.audience)
    )
    for kind, routes in groupby(worst_first, key=lambda each: each.worst_revocation.kind):
        some = list(routes)
        parts += [Text(), Text.assemble((f"{HEADINGS[kind]}", STYLES[kind]), f"  {len(some):,}")]
        parts.append(listed(some, width))
    return Group(*parts, Text(), totals(drawn))


def credentials(some: Iterable[Credential]) -> Table:
    """One line each: how long a copy lives on after each end."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("credential", overflow="fold")
    for name in ("is a", *ENDED.values()):
        table.add_column(name, overflow="fold")
    for each in some:
        table.add_row(
            plain(each.name), each.mechanism.replace("_", " "), *(short(getattr(each, end)) for end in ENDS)
        )
    return table


def reasons(some: Iterable[Credential]) -> list[Text]:
    """Why signing out does what it does."""
    return [
        Text(""),
        *(Text.assemble((plain(each.name), "bold"), "  ", plain(each.on_revoke.why)) for each in some),
    ]


def listed(routes: list[Route], width: int) -> Table:
    """Routes of one behaviour, by audience."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0), expand=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    if width >= NARROW:
        table.add_column(overflow="fold", style="dim")
    before = ""
    for each in routes:
        audience, before = ("" if each.audience == before else each.audience), each.audience
        row: list[str | Text] = [audience, each.method, Text(plain(each.path)), accepted(each)]
        if width >= NARROW:
            row.append(Text(f"{plain(each.file)}:{each.line}" if each.line else ""))
        table.add_row(*row)
    return table


def accepted(route: Route) -> Text:
    """What it takes, or that it takes nothing; a mark where it is not certain that it must."""
    if not route.accepts:
        return Text("")
    mark = {True: "", "conditional": " (may be left out)", None: " (not known whether it must)", False: ""}
    return Text.assemble(", ".join(map(plain, route.accepts)), (mark[route.protected], "yellow"))


def totals(drawn: Map) -> Text:
    counts = drawn.summary()["worst_revocation"]
    parts: list[tuple[str, str]] = []
    for kind in reversed(ORDER):
        if counts[kind]:
            parts.append((f"{counts[kind]:,} {HEADINGS[kind]}", STYLES[kind]))
            parts.append((" · ", "dim"))
    return Text.assemble(*parts[:-1])


def short(behaviour: Behaviour) -> Text:
    """How long a copy lives on, in the colour of its class."""
    return Text(spoken(behaviour), STYLES[behaviour.kind])
