"""What a session key leads to, judged once in a request, and the facts of it without loading anything."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.functional import cached_property
from django.utils.module_loading import import_string

from rescind._tokens import SESSION_PREFIX, new_session_id, new_session_token
from rescind.django import found as finding
from rescind.django.found import FACTS, Found, is_token
from rescind.django.making import away, made
from rescind.engine import Rescind
from rescind.errors import Refused, StoreUnavailable
from rescind.model.session import Session

UNREAD: Any = object()
NO_FACT: Any = object()


class LookedUp(SessionBase):
    """The half of a session that looks a key up.

    Attributes:
        refused: why the key that was presented opens nothing.
        unanswered: why the authority could not be asked, if it could not.
        of_bearer: the key came as ``Authorization: Bearer``: no cookie is set or cleared for it.
    """

    of_bearer = False

    refused: Refused | None = None
    unanswered: StoreUnavailable | None = None

    def __init__(self, session_key: str | None = None) -> None:
        # What Django's does, but for the serializer: that is imported by its name each time.
        self._session_key: Any = session_key  # Django's property
        self.accessed = self.modified = False
        self._found: Found | None = UNREAD
        self._is_new = False  # its key is made, its row is not

    def __repr__(self) -> str:
        found = None if self._found is UNREAD else self._found
        return f"<SessionStore {'not looked up' if found is None else found.id}>"

    # -- who it is ---------------------------------------------------------------------------------------

    @cached_property
    def serializer(self) -> Any:
        """``SESSION_SERIALIZER``; few requests need it."""
        return import_string(settings.SESSION_SERIALIZER)

    @cached_property
    def _alias(self) -> str:
        return made().settings.using

    @property
    def _engine(self) -> Rescind[Any]:
        return made().engine

    @property
    def public_id(self) -> str | None:
        """The handle of the session, safe to store and to log; ``None`` before it is stored."""
        found = self._find()
        return None if found is None else found.id

    @property
    def session(self) -> Session[Any] | None:
        """Who is signed in, as the other frameworks have it; ``None`` for nobody."""
        self.accessed = True
        found = self._found
        if found is UNREAD:
            found = self._find()
        return None if found is None else found.session

    def _find(self) -> Found | None:
        """What the key leads to, judged once in a request.

        Raises:
            StoreUnavailable: the authority could not be asked.
        """
        if self._found is UNREAD:
            key = None if self._is_new else self.session_key
            try:
                if key is not None and (self.of_bearer or key.startswith(SESSION_PREFIX)):
                    engine = made().engine  # most requests come this way, in as few calls as can be
                    judged = engine.check(key, touch=engine.settings.idle is not None)
                    self._keep(
                        Found(judged.id, judged) if isinstance(judged, Session) else finding.as_found(judged)
                    )
                else:
                    moved = None if key is None or is_token(key) else self._adopt(key)
                    if moved is not None:
                        self._keep(moved)
                    elif self._found is UNREAD:
                        self._keep(None if key is None else finding.look_up(self._engine, key))
            except StoreUnavailable as error:
                self.unanswered = error
                raise
        found: Found | None = self._found
        return found

    @property
    def known(self) -> Session[Any] | None:
        """Who is signed in, if that was asked before; asks nobody."""
        return None if self._found is UNREAD or self._found is None else self._found.session

    async def afind(self) -> Found | None:
        """The same without blocking the loop."""
        if self._found is UNREAD:
            key = None if self._is_new else self.session_key
            ours = key is not None and (self.of_bearer or key.startswith(SESSION_PREFIX))
            if (
                key is not None and not ours and not is_token(key)
            ):  # perhaps of the engine of before, which is Django's
                found: Found | None = await sync_to_async(self._find, thread_sensitive=True)()
                return found
            if not ours or made().testing:
                return await away(self._find)
            engine = self._engine
            judged = await engine.aio.check(key, touch=engine.settings.idle is not None)
            try:
                self._keep(finding.as_found(judged))
            except StoreUnavailable as error:
                self.unanswered = error
                raise
        return self._found

    def _keep(self, judged: Found | Refused | None) -> None:
        if isinstance(judged, Refused):
            self.refused, judged = judged, None
        self._found = judged
        if judged is None and not self._is_new:
            self._session_key = None
            self._session_cache: dict[str, Any] = getattr(self, "_session_cache", {})

    def _adopt(self, key: str) -> Refused | None:
        """For a key that is none of ours: one of the engine of before is moved over, or refused."""
        raise NotImplementedError

    # -- facts without loading ---------------------------------------------------------------------------

    def _fact(self, key: str) -> Any:
        """A fact by its key, ``None`` if it is not there; ``NO_FACT`` where the data has to be looked at."""
        if key not in FACTS or hasattr(self, "_session_cache"):
            return NO_FACT
        self.accessed = True
        found = self._find()
        return NO_FACT if found is None else found.fact(key)

    def __getitem__(self, key: str) -> Any:
        fact = self._fact(key)
        if fact is NO_FACT:
            return super().__getitem__(key)
        if fact is None:
            raise KeyError(key)
        return fact

    def __contains__(self, key: str) -> bool:
        fact = self._fact(key)
        return super().__contains__(key) if fact is NO_FACT else fact is not None

    has_key = __contains__

    def get(self, key: str, default: Any = None) -> Any:
        fact = self._fact(key)
        return super().get(key, default) if fact is NO_FACT else default if fact is None else fact

    async def aget(self, key: str, default: Any = None) -> Any:
        found = await self.afind()
        if key not in FACTS or hasattr(self, "_session_cache"):
            return await super().aget(key, default)
        if found is not None and found.is_from_beside:
            return await sync_to_async(self.get, thread_sensitive=True)(key, default)
        return self.get(key, default)

    async def ahas_key(self, key: str) -> bool:
        await self.afind()
        if key not in FACTS or hasattr(self, "_session_cache"):
            return bool(await super().ahas_key(key))
        self.accessed = True
        return self.known is not None

    def __setitem__(self, key: str, value: Any) -> None:
        if key == SESSION_KEY and not self._is_new and self.session is not None:
            self.cycle_key()  # who signs in again has proved it, which the old key must not have
        super().__setitem__(key, value)
        self._rekey(key)

    async def aset(self, key: str, value: Any) -> None:
        if key == SESSION_KEY and not self._is_new and await self.afind() is not None and self.known:
            await self.acycle_key()
        await super().aset(key, value)
        self._rekey(key)

    def _rekey(self, key: str) -> None:
        """A key of somebody is of another kind than one of nobody; both are made before they are stored."""
        if key == SESSION_KEY and self._is_new:
            self._session_key = new_session_token(new_session_id())
