"""Who acts: ``cli:<os user>@<host>``, as log and audit trail keep it."""

from __future__ import annotations

import os
import socket

from rescind.model.principal import MAX_ID_LENGTH


def initiator() -> str:
    """The account of this process, as the system knows it; the environment could say anything."""
    name = "".join(c for c in f"cli:{os_user()}@{socket.gethostname()}" if c.isprintable())
    return name[:MAX_ID_LENGTH].strip()


def os_user() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except ImportError:
        return os.getlogin()
    except KeyError:
        return str(os.getuid())
