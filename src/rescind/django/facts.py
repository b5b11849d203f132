"""What may be said of a user without reading the row: ``RESCIND = {"user": "facts"}``.

Whether somebody is signed in is the session's affair, judged with every request. Whether their *user* still
may be is asked of the row once, and then again whenever the log says that something about them has changed.
The triggers write that into the log whoever changes it, so a row that nobody speaks of still says what it
said. Rules of this file:

1. No triggers, no facts: they are looked at before a row is read, and again every ``LOOK_AGAIN`` seconds.
2. A verdict is as old as the log was when the request began, whatever snapshot a transaction reads from.
3. It holds until a ``changed`` of the user or of everybody comes after it.
4. Where code of the project judges (a backend's ``get_user``, a manager that leaves rows out), triggers say
   nothing about that, and the row is read in each request.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from rescind.core import Core
from rescind.django.judges import judged_by_backend, judged_by_model
from rescind.errors import ConfigurationError
from rescind.model.revocation import Scope
from rescind.revocation.view import View

logger = logging.getLogger("rescind.django")

LOOK_AGAIN = 60.0
"""Seconds after which the triggers are looked at again: somebody may have taken them away."""
SOON = 1.0
"""The same where they were gone at the last look."""
EVERYTHING = (Scope.EVERYTHING.value, "")
PRINCIPAL = Scope.PRINCIPAL.value


class UserFacts:
    """What this process knows of users; one for each engine.

    Args:
        alias: of ``DATABASES``, where the triggers are.

    Attributes:
        model: of the users.
        names: of what is answered about a user.
    """

    def __init__(self, core: Core[Any], alias: str) -> None:
        self._worker, self._index = core.worker, core.index
        self._alias = alias
        self._now = core.clock.lease
        self._half = max(1, core.settings.max_cached // 2)
        self._stamps: dict[str, int] = {}
        self._older: dict[str, int] = {}
        self._plain: dict[str, bool] = {}
        self._looking = threading.Lock()
        self._stood = False
        self._stand_until = self._look_at = self._said_at = float("-inf")
        self.model = get_user_model()
        self._plain_model = next(judged_by_model(self.model), None) is None
        self._key = self.model._meta.pk
        self.names = frozenset({"is_authenticated", "is_anonymous", "pk", self._key.attname})
        core.on_fork.append(self._after_fork)

    def _after_fork(self) -> None:
        self._looking = threading.Lock()

    # -- what is known -----------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The log as this process has read it; what is read from now on is at least as new."""
        return self._worker.view

    def know(self, session_id: str, who: str, backend: str) -> bool:
        """Whether the row of a user has been judged for this session, and nothing has changed since.

        Asks memory alone.
        """
        stamp = self._stamps.get(session_id)
        if stamp is None:
            stamp = self._older.get(session_id)
            if stamp is None:
                return False
            self._keep(session_id, stamp)
        view, now, tables = self._worker.view, self._now(), self._index.tables
        changed = tables.changed.get
        return (
            now < self._stand_until
            and now < view.deadline  # else nobody reads the log for this process
            and tables.birth == view.birth
            and stamp >= tables.floor
            and changed(EVERYTHING, 0) <= stamp
            and changed((PRINCIPAL, who), 0) <= stamp
            and backend in settings.AUTHENTICATION_BACKENDS
        )

    def learn(self, session_id: str, user: Any, backend: str, view: View) -> None:
        """The row was judged, and the user may sign in.

        Args:
            user: as read; from a replica it says nothing about what was written since.
            view: that was taken before the row was read, and before the snapshot that it was read from.
        """
        if view.birth and self._plain_model and user._state.db == self._alias and self._is_plain(backend):
            self._keep(session_id, view.applied)

    def _keep(self, session_id: str, stamp: int) -> None:
        if len(self._stamps) >= self._half:
            self._stamps, self._older = {}, self._stamps
        self._stamps[session_id] = stamp

    def _is_plain(self, path: str) -> bool:
        if path not in self._plain:
            self._plain[path] = next(judged_by_backend(path), None) is None
        return self._plain[path]

    def fact(self, name: str, who: str) -> Any:
        """One of ``names``, of somebody who is signed in.

        Args:
            who: the key of the user, as text.
        """
        if name == "is_authenticated":
            return True
        return False if name == "is_anonymous" else self._key.to_python(who)

    # -- the triggers ------------------------------------------------------------------------------------

    def stand(self) -> bool:
        """Whether the triggers stand. Asks the database, now and then.

        Raises:
            ConfigurationError: they never stood, as far as this process knows: ``rescind.E010``.
        """
        now = self._now()
        if now < self._stand_until:
            return True
        if now < self._look_at or not self._looking.acquire(blocking=not self._stood):
            return False  # looked at just now, or somebody else is looking
        try:
            return self._now() < self._stand_until or self._look()
        finally:
            self._looking.release()

    def _look(self) -> bool:
        from rescind.django.checks.facts import not_standing

        began = self._now()
        wrong = not_standing()
        if wrong is None:
            self._stood, self._stand_until = True, began + LOOK_AGAIN
            return True
        if not self._stood:
            raise ConfigurationError(f"rescind.E010: {wrong}")
        self._look_at = began + SOON
        if began >= self._said_at + LOOK_AGAIN:
            self._said_at = began
            logger.error("rescind.E010: %s Until it is mended the row is read in each request.", wrong)
        return False
