"""Carrying out a revocation: look, ask, commit, wait for the workers, say what happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn
from uuid import UUID

import click

from rescind.cli.authority import opened
from rescind.cli.codes import ExitCode, Failed, as_usage
from rescind.cli.initiator import initiator
from rescind.cli.options import confirm
from rescind.cli.output import Run, counted, note
from rescind.cli.sources import Found
from rescind.engine import Rescind
from rescind.errors import RevocationUnknown
from rescind.flows.revoke import Order
from rescind.model.revocation import LogEntry, Scope, What
from rescind.revocation.receipt import Receipt
from rescind.stores.base import Selection


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line.

    Attributes:
        given: the selectors by name, as ``Rescind.revoke`` has them.
        yes: do not ask.
        wait: wait until every worker has it.
    """

    given: dict[str, Any]
    reason: str
    what: str = "sessions"
    confirm: str | None = None
    keep: str | None = None
    id: str | None = None
    wait: bool = True
    yes: bool = False
    by: str = field(default_factory=initiator)


def end(run: Run, found: Found, wish: Wish) -> NoReturn:
    """The whole command; ends with its exit code.

    Raises:
        click.exceptions.Exit, Failed: always one of them, or an error of the engine.
    """
    with opened(found) as auth:
        order = _order(auth, wish)
        known = _known(auth, order)
        if known is None and not wish.yes:  # with --yes nobody waits for a count before access ends
            stored, live = _count(auth, order)
            what = "live access token" if order.scope is Scope.SIGNING_KEY else "live session"
            confirm(f"{title(order)}: {counted(live, what)}, {stored:,} stored. End them?", yes=False)
        receipt = _revoke(auth, order, wish.wait)
        _show(run, order, receipt, repeated=known is not None)
    if (receipt.counted and receipt.matched == 0) or not What.SESSIONS & order.what:
        raise click.exceptions.Exit(_nothing(run, order))
    raise click.exceptions.Exit(ExitCode.DONE)


def title(order: Order) -> str:
    """``principal ada``, ``everything in this realm``"""
    if order.scope is Scope.EVERYTHING:
        return "everything in this realm"
    return f"{order.scope.replace('_', ' ')} {order.target}"


def _order(auth: Rescind[Any], wish: Wish) -> Order:
    """Checked arguments, with the id in the spelling that the database knows."""
    given = dict(wish.given)
    if "principal" in given:
        given["principal"] = known_spelling(auth, given["principal"])
    with as_usage():
        return auth.order(
            given,
            confirm=wish.confirm,
            what=wish.what,
            reason=wish.reason,
            keep=wish.keep,
            by=wish.by,
            id=wish.id,
        )


def known_spelling(auth: Rescind[Any], text: str) -> str:
    """The id as the database has it.

    Ids are kept as text, and as text ``7B..`` and ``7b..`` are two. Where the text as given is unknown and is
    another spelling of a UUID that is known, the known one is meant: RFC 9562 section 4 asks readers to take
    both cases.
    """
    if auth.settings.principal_id is not str or is_known(auth, text):
        return text
    try:
        canonical = str(UUID(text))
    except ValueError:
        return text
    if canonical == text or not is_known(auth, canonical):
        return text
    note(f"taken as {canonical}, which is known")
    return canonical


def is_known(auth: Rescind[Any], principal: str) -> bool:
    """Whether there is a standing or a session of this principal."""
    selection = Selection(auth.settings.realm, Scope.PRINCIPAL, principal)
    store = auth.core.store
    return (
        store.standing(auth.settings.realm, principal) is not None
        or store.count(selection, now=auth.core.time.now())[0] > 0
    )


def _known(auth: Rescind[Any], order: Order) -> LogEntry | None:
    """The entry of this id, if it is the same revocation.

    Raises:
        Failed: the id belongs to another one, which would be repeated in place of this one.
    """
    entry = auth.core.store.find_entry(order.id)
    if entry is None:
        return None
    asked = (auth.settings.realm, order.scope, order.what, order.keep)
    same = (entry.realm, entry.scope, entry.what, entry.keep) == asked
    if not (same and _leads_to(auth, order, entry)):
        raise Failed(
            ExitCode.USAGE,
            f"--id {order.id} belongs to another revocation ({entry.scope} {entry.target}): use a new one. "
            "Nothing was ended",
        )
    return entry


def _leads_to(auth: Rescind[Any], order: Order, entry: LogEntry) -> bool:
    """Whether the entry ended what the order names: that itself, or the session that it was rotated to."""
    target: str | None = entry.target
    while target is not None and target != order.target and order.scope is Scope.SESSION:
        facts = auth.core.store.facts(target)
        target = None if facts is None else facts.record.parent_id
    return target == order.target


def _count(auth: Rescind[Any], order: Order) -> tuple[int, int]:
    store, now = auth.core.store, auth.core.time.now()
    if order.scope is Scope.SIGNING_KEY:
        store.require_families()
        return store.count_signed(auth.settings.realm, order.target, now=now)
    selection = Selection(auth.settings.realm, order.scope, order.target, keep=order.keep)
    return store.count(selection, now=now)


def _revoke(auth: Rescind[Any], order: Order, wait: bool) -> Receipt:
    with unconfirmed(f"run it again with --id {order.id}"):
        return auth.settle(order, auth.core.clock.lease(), wait=wait)


@contextmanager
def unconfirmed(mend: str) -> Iterator[None]:
    """From the commit on, an interruption must not read as if nothing had been done.

    Raises:
        Failed: code 5, in place of Ctrl-C or of a commit whose outcome is open.
    """
    try:
        yield
    except (KeyboardInterrupt, RevocationUnknown) as error:
        message = "it may be committed, but not every worker is known to have it"
        raise Failed(ExitCode.UNCONFIRMED, f"{message}: {mend}") from error


def _show(run: Run, order: Order, receipt: Receipt, *, repeated: bool) -> None:
    if run.as_json:
        told = {"scope": order.scope.value, "target": order.target, "by": order.by, "repeated": repeated}
        run.print_json(receipt.to_dict() | told)
    run.say(f"{receipt} · already recorded, id {order.id}" if repeated else str(receipt))
    if receipt.state != "final":
        note(f"not waited for: `--id {receipt.id}` without --no-wait waits for the workers")


def _nothing(run: Run, order: Order) -> ExitCode:
    if not What.SESSIONS & order.what:
        note(
            f"rescind: this version issues no {order.what.name.lower() if order.what.name else 'such thing'}"
        )
    else:
        look = "signing-keys list" if order.scope is Scope.SIGNING_KEY else "sessions --all"
        note(run.spelled(f"rescind: nothing matched {title(order)}; look with `rescind {look}`"))
    return ExitCode.NOTHING
