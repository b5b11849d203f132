"""A revoker that cannot map the counter: its word is final only when the workers have read the log."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rescind import Refused, Rescind
from rescind.testing.processes import in_a_child

NOBODY = 65534


def test_a_revocation_that_moves_no_counter_waits_for_the_workers() -> None:
    """As when a command runs as a user who may write the database, and not the counter beside it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        url = f"sqlite:///{folder}/app.db"
        auth = Rescind(url, lease=4)
        token = auth.sessions.start("7", method="password").token
        # Also loads every module: the child may not read where they lie.
        auth.revoke(principal="8", reason="nobody")
        pause = threading.Event()
        deadline = time.monotonic() + 30
        while not auth.core.store.workers() or auth.core.worker.current(auth.core.clock.lease()) is None:
            assert time.monotonic() < deadline, "this process never became a worker"
            assert not isinstance(auth.check(token), Refused)
            pause.wait(0.01)
        for file in folder.iterdir():
            file.chmod(0o600 if file.name.endswith("-rescind") else 0o666)

        def revoke() -> bool:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            else:
                (folder / "app.db-rescind").chmod(0o400)
            other = Rescind(url, lease=4)
            receipt = other.revoke(principal="7", reason="left")
            print(receipt)
            return (receipt.state, receipt.proof, receipt.workers_confirmed) == ("final", "acknowledged", 1)

        in_a_child(revoke)
        refused = auth.check(token)
        assert isinstance(refused, Refused)
        assert refused.code == "revoked"
        auth.close()
