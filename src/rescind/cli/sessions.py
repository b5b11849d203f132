"""``rescind sessions``"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from rescind.cli.authority import opened
from rescind.cli.codes import ExitCode, Failed, as_usage
from rescind.cli.ending import known_spelling
from rescind.cli.options import with_settings
from rescind.cli.output import Run, moment, note, on_terminal
from rescind.cli.sources import Found
from rescind.engine import Rescind
from rescind.model.revocation import Scope
from rescind.model.session import SessionRecord, SessionSummary
from rescind.namespaces import summary
from rescind.stores.base import Selection

PAGE = 1000
COLUMNS = ("session", "principal", "since", "last seen", "until", "method", "client", "label")


@click.command("sessions")
@click.argument("principal", required=False)
@click.option("--all", "everybody", is_flag=True, help="Of everybody in the realm.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@with_settings
def command(run: Run, found: Found, principal: str | None, everybody: bool, limit: int) -> None:
    """List live sessions, of one principal or with --all; ordered by id.

    Exit code 4: the principal has none.
    """
    if (principal is None) == (not everybody):
        raise Failed(ExitCode.USAGE, "pass a principal, or --all")
    with opened(found) as auth:
        selection = _selection(auth, principal)
        listed = [summary(auth.core.ids, record, None) for record in _records(auth, selection, limit + 1)]
    more, listed = len(listed) > limit, listed[:limit]
    if run.as_json:
        run.print_json({"sessions": [_plain(one) for one in listed], "more": more})
    if listed or not on_terminal():
        run.table(COLUMNS, [_row(one) for one in listed])
    if more:
        note(f"there are more than {limit:,}: raise --limit")
    if not listed and principal is not None:
        note(f"rescind: no live session of principal {principal}")
        raise click.exceptions.Exit(ExitCode.NOTHING)


def _selection(auth: Rescind[Any], principal: str | None) -> Selection:
    if principal is None:
        return Selection(auth.settings.realm, Scope.EVERYTHING)
    with as_usage():
        target = auth.core.ids.text(known_spelling(auth, principal))
    return Selection(auth.settings.realm, Scope.PRINCIPAL, target)


def _records(auth: Rescind[Any], selection: Selection, limit: int) -> Iterator[SessionRecord]:
    """At most ``limit`` records, read page by page."""
    after = None
    while limit > 0:
        page = auth.core.store.sessions(
            selection, now=auth.core.time.now(), limit=min(limit, PAGE), after=after
        )
        yield from page
        if len(page) < min(limit, PAGE):
            return
        limit, after = limit - len(page), page[-1].id


def _row(one: SessionSummary[Any]) -> tuple[object, ...]:
    return (
        one.id,
        one.principal_id,
        one.created_at,
        one.last_seen,
        one.expires_at,
        one.method,
        one.client_id,
        one.label,
    )


def _plain(one: SessionSummary[Any]) -> dict[str, Any]:
    return {
        "id": one.id,
        "principal": one.principal_id,
        "created_at": moment(one.created_at),
        "last_seen": moment(one.last_seen),
        "expires_at": moment(one.expires_at),
        "method": one.method,
        "client": one.client_id,
        "label": one.label,
    }
