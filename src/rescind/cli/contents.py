"""What ``doctor`` says of a Redis server that holds the sessions of a log in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rescind.cli.codes import ExitCode
from rescind.engine import Rescind
from rescind.errors import ConfigurationError, StoreUnavailable

if TYPE_CHECKING:
    from rescind.cli.diagnosis import Diagnosis


def examine_contents(seen: Diagnosis, auth: Rescind[Any]) -> None:
    """Facts and findings about the server; the log is looked at by others, also when this one is away."""
    from rescind.stores.redis.inspect import inspect

    try:
        look = inspect(str(auth.settings.redis), patience=auth.settings.authority_timeout, kept="sessions")
    except ConfigurationError as error:
        what, _, mend = str(error).replace("url=", "redis=", 1).rpartition(": ")
        seen.find(what, mend, ExitCode.USAGE)
        return
    except StoreUnavailable as error:
        seen.find("redis cannot be reached: nobody is let in", str(error), ExitCode.UNREACHABLE)
        return
    seen.fact("sessions at", f"{look.server}, {look.place}")
    limit = f"of {look.limit:,} bytes" if look.limit else "bytes, without a limit"
    seen.fact("memory", f"{look.memory:,} {limit}")
    seen.fact("sessions", look.sessions)
    if look.problem is not None:
        what, _, mend = look.problem.replace("url=", "redis=", 1).rpartition(": ")
        seen.find(what, mend, ExitCode.USAGE)
    elif look.alone:
        seen.find(
            f"redis={look.place!r} holds the log of an application without a SQL database",
            "take another database number",
            ExitCode.USAGE,
        )
    elif not look.always:
        seen.note(
            "a restart of Redis may sign people out, the last to sign in first; what was ended stays ended, "
            "and who is suspended stays suspended: the log is in SQL"
        )
