"""The declaration of an application's own users, and what is wrong with its triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rescind.cli.codes import ExitCode
from rescind.cli.sources import Found
from rescind.engine import Rescind
from rescind.errors import ConfigurationError, StoreUnavailable

if TYPE_CHECKING:
    from rescind.cli.diagnosis import Diagnosis
    from rescind.stores.sqlalchemy.triggers.watch import TriggerStatus, Watch

INSTALL = "run `rescind db triggers install`"


def watch_of(auth: Rescind[Any], found: Found) -> Watch | None:
    """What was declared, on the database of ``auth``: ``--url`` may name its owner, or another copy."""
    declared = auth if found.loaded is None else found.loaded
    watch = declared.core.watch
    return watch if watch is None or declared is auth else watch.at(auth.core.store, auth.settings.realm)


def require_watch(auth: Rescind[Any], found: Found) -> Watch:
    """Raises:
    ConfigurationError: nothing was declared.
    """
    watch = watch_of(auth, found)
    if watch is None:
        raise ConfigurationError(
            "no users are declared: call auth.principals.watch(users, ...) beside the engine, and name that "
            "with --app MODULE:NAME"
        )
    return watch


def finding_of(status: TriggerStatus) -> str | None:
    """What is wrong, ``None`` if nothing is."""
    if status.state == "installed":
        return None
    wrong = f" ({', '.join(status.wrong)})" if status.wrong else ""
    return f"the triggers on users are {status.state}{wrong}"


def examine(seen: Diagnosis, auth: Rescind[Any], found: Found) -> None:
    """Whether the triggers are those of the declaration, where there is one."""
    watch = watch_of(auth, found)
    if watch is None:
        return
    try:
        status = watch.status()
    except ConfigurationError as error:
        what, _, mend = str(error).removeprefix("principals.watch: ").partition(": ")
        seen.find(f"principals.watch: {what}", mend, ExitCode.USAGE)
        return
    except StoreUnavailable:
        return  # told by what looked before
    seen.fact("triggers on users", f"{watch.table}: {status.state}")
    finding = finding_of(status)
    if finding is not None:
        seen.find(f"{finding}: who changes {watch.table} in SQL ends nothing", INSTALL)
