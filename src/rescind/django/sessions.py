"""``SESSION_ENGINE = "rescind.django.sessions"``: ``request.session`` over sessions that can be taken back.

Who is signed in (``_auth_user_id``, ``_auth_user_backend``, ``_auth_user_hash``) are columns, answered from
memory while the lease holds; everything else is data, loaded when it is touched and written by key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError

from rescind._clock import SECOND
from rescind._tokens import new_session_id, new_session_token
from rescind.django import adoption
from rescind.django import found as finding
from rescind.django.adoption import EXPIRY
from rescind.django.found import FACTS, Found
from rescind.django.going_on import evidence, evidence_of_itself
from rescind.django.looking_up import UNREAD, LookedUp
from rescind.django.making import away, made
from rescind.django.transactions import joinable
from rescind.django.users import OURS
from rescind.errors import Conflict, Refused
from rescind.flows.limit_session import limit_session
from rescind.flows.start_session import start_session
from rescind.flows.visit import begin_visit, new_visit_token, visit_id_of
from rescind.model.revocation import Head
from rescind.policy.session_lifetime import ROTATED_REASON

MOVED = Refused("superseded", "what it was moved to has ended, or has another key by now")


class SessionStore(LookedUp):
    """The session of a request.

    ``session_key`` is the secret, as in Django; ``public_id`` is what to store, show and log. A key is never
    taken from a client: what the store does not know becomes a new one.

    Attributes:
        mark: the log as it was when the request began, ``None`` to read it when somebody signs in.
        kept: the session that a new password has left alone; see ``going_on``.
        own_ends: ids of what this request has ended because of a new password, where nobody was signed in.
        label: what a person recognises the session by.
        former_cookie: the name of the cookie that the key came from, where that is a former one.
    """

    former_cookie: str | None = None
    mark: Head | None = None
    kept: str | None = None
    own_ends: frozenset[str] = frozenset()
    label: str | None = None

    _texts: Mapping[str, str] = MappingProxyType({})
    """JSON of what is stored, by key."""

    @classmethod
    def of_token(cls, token: str, beside: SessionStore) -> SessionStore:
        """The session of a bearer, in the place of the one that the cookie of the same request leads to."""
        store = cls(token)
        store.of_bearer, store.mark, store.label = True, beside.mark, beside.label
        return store

    def _adopt(self, key: str) -> Refused | None:
        """Move a session of the engine of before over to this one, unless it or its user has been ended."""
        path = made().settings.read_old_engine
        values = {} if path is None else adoption.contents_of(path, key)
        if path is None or not values:
            return None
        if not self._goes_on(values.pop(adoption.SUCCESSOR, None)):
            return MOVED
        self._session_cache = values | {adoption.FORMER: key}
        self._begin_anew(values)
        began, self.mark = self.mark, self._engine.mark().oldest
        try:
            self.save()
            here = self._found is not None and self._follows(path, key, self._found.id)
        except Refused:
            here = False
        finally:
            self.mark = began
        if not here:
            del self._session_cache
            self._session_key, self._found, self._is_new = key, UNREAD, False
            return None
        self.modified = True  # so that the answer sets the cookie
        return None

    def _goes_on(self, first: str | None) -> bool:
        return first is None or finding.exists(self._engine, first)

    def _follows(self, path: str, key: str, id: str) -> bool:
        """Whether the new session takes the place of the old one. Whoever has ended that meanwhile has ended
        this one: it is looked at again when everybody has heard of the new one."""
        first = adoption.leave_for_a_while(path, key, id)
        if first is not None and (first == id or self._goes_on(first)):
            adoption.moved.send(SessionStore, former=key, first=first, successor=id)
            if adoption.contents_of(path, key):
                return True
        self.delete(id)
        return False

    # -- loading and saving ------------------------------------------------------------------------------

    def load(self) -> dict[str, Any]:
        """Facts and data; empty, and without a key, for one that opens nothing.

        Raises:
            StoreUnavailable: the authority could not be asked.
        """
        found = self._find()
        if found is None:
            return {}
        engine = self._engine
        data = engine.core.store.load_data(found.id)
        self._texts = {key: _text(value) for key, value in data.items()}
        return self._restored(data) | found.facts()

    def exists(self, session_key: str | None) -> bool:
        """Whether a session goes on, by its key or its public id."""
        return session_key is not None and finding.exists(self._engine, session_key)

    def create(self) -> None:
        """A new key, stored at once with what the session holds."""
        self._begin_anew(self._get_session(no_load=True))
        self.save()

    def save(self, must_create: bool = False) -> None:
        """Write the keys that differ from what was loaded; the last writer of a key wins.

        Raises:
            UpdateError: the session has ended meanwhile; nothing was written, and it stays ended.
            CreateError: the new key was taken.
            Refused: who signs in may not: not active, or signed out everywhere since the request began.
            StoreUnavailable: nothing was written.
            TypeError: a value that JSON does not know.
        """
        values = self._get_session(no_load=must_create)
        if self.session_key is None or must_create:
            self._begin_anew(values)
        plain = self._plain(values)
        facts = {key: str(plain.pop(key)) for key in FACTS if key in plain}
        if self._is_new:
            self._insert(facts, plain)
            return
        found = self._find()
        if found is None:
            raise UpdateError
        if facts != found.facts():  # somebody else's now: the old key must not lead there
            self.cycle_key()
            self._insert(facts, plain)
        else:
            self._update(found, plain)

    def _begin_anew(self, values: Mapping[str, Any]) -> None:
        self._found, self._is_new, self._texts = None, True, {}
        signed_in = SESSION_KEY in values
        self._session_key = new_session_token(new_session_id()) if signed_in else new_visit_token()

    def _insert(self, facts: Mapping[str, str], plain: Mapping[str, Any]) -> None:
        core, connection = self._engine.core, self._joined()
        core.begin()
        owner = facts.get(SESSION_KEY)
        if (owner is None) != (visit_id_of(self._key) is not None):
            self._begin_anew(facts)
        lasts, idle = self._limits(plain)
        shared: dict[str, Any] = {"data": plain, "lasts": lasts, "idle": idle, "connection": connection}
        try:
            if owner is None:
                found = Found.of_visit(begin_visit(core.ctx, self._key, **shared))
            else:
                found = self._start(owner, facts, shared)
        except Conflict as error:
            raise CreateError from error
        self._found, self._is_new = found, False
        self._texts = {key: _text(value) for key, value in plain.items()}

    def _start(self, owner: str, facts: Mapping[str, str], shared: Mapping[str, Any]) -> Found:
        opened = start_session(
            self._engine.core.ctx,
            owner,
            method=OURS + facts.get(BACKEND_SESSION_KEY, ""),
            credential_id=facts.get(HASH_SESSION_KEY) or None,
            mark=self.mark_for(owner),
            label=self.label,
            token=self._key,
            **shared,
        )
        return Found.of_session(self._engine.sessions.issued(opened).session)

    def mark_for(self, owner: str) -> Head | None:
        """The log that a session of this principal, opened now, is judged by; ``None``: as it is then."""
        core, mark = self._engine.core, self.mark
        if mark is not None and self.kept is not None:
            return evidence(core, mark, self.kept, owner)
        if mark is not None and self.own_ends:
            return evidence_of_itself(core, mark, self.own_ends, owner)
        return mark

    def _update(self, found: Found, plain: dict[str, Any]) -> None:
        texts = {key: _text(value) for key, value in plain.items()}
        changed = {key: plain[key] for key, text in texts.items() if self._texts.get(key) != text}
        removed = [key for key in self._texts if key not in texts]
        core, connection = self._engine.core, self._joined()
        core.begin()
        if changed or removed:
            if connection is None:
                saved = core.store.save_data(found.id, changed, removed)
            else:
                with core.store.write(connection) as unit:
                    saved = unit.save_data(found.id, changed, removed)
            if not saved:
                self._found = UNREAD  # whoever looks again finds that it is over
                raise UpdateError
            self._texts = texts
        if EXPIRY in changed or EXPIRY in removed:
            lasts, idle = self._limits(plain)
            ends = limit_session(core.ctx, found.id, lasts=lasts, idle=idle, connection=connection)
            if ends is None:
                raise UpdateError
        elif isinstance(plain.get(EXPIRY), int) and connection is None:
            core.store.touch([(found.id, core.time.now())])

    def _joined(self) -> Any:
        """The application's transaction, for what may be part of it: contents in Redis may not."""
        joins = self._engine.core.store.capabilities.joins_sessions
        return joinable(self._alias) if joins else None

    def delete(self, session_key: str | None = None) -> None:
        """End a session, by its key or its public id, everywhere; by default this one."""
        key = self._named if session_key is None else session_key
        if key is None or (self._is_new and key == self.session_key):
            return
        finding.end(self._engine, key, reason="signed out", connection=joinable(self._alias))

    def flush(self) -> None:
        """End the session, everywhere, before this returns (in a transaction: before the answer leaves)."""
        path = made().settings.read_old_engine
        former = None if path is None else self.get(adoption.FORMER)
        super().flush()
        if path is not None and former is not None:
            adoption.end(path, former)
        self._found, self._is_new, self._texts = None, False, {}

    def cycle_key(self) -> None:
        """A new key for the same contents. The old one opens nothing when this returns; the new one is
        stored by ``save()``."""
        data = self._session
        if self._found is not None and self._found is not UNREAD and not self._is_new:
            connection = joinable(self._alias)
            finding.end(
                self._engine, self._named or "", reason=ROTATED_REASON, connection=connection, wait=False
            )
        self._begin_anew(data)
        self.modified = True

    @classmethod
    def clear_expired(cls) -> None:
        """As ``manage.py rescind prune``: what ended or expired long ago is forgotten."""
        made().engine.prune()

    # -- the same for event loops ------------------------------------------------------------------------

    async def aload(self) -> dict[str, Any]:
        found = await self.afind()
        if found is not None and found.is_from_beside:
            loaded: dict[str, Any] = await sync_to_async(self.load, thread_sensitive=True)()
            return loaded
        return await away(self.load)

    async def aexists(self, session_key: str | None) -> bool:
        return await away(self.exists, session_key)

    async def acreate(self) -> None:
        await away(self.create)

    async def asave(self, must_create: bool = False) -> None:
        await away(self.save, must_create)

    async def adelete(self, session_key: str | None = None) -> None:
        await away(self.delete, session_key)

    async def aflush(self) -> None:
        await away(self.flush)

    async def acycle_key(self) -> None:
        await away(self.cycle_key)

    @classmethod
    async def aclear_expired(cls) -> None:
        await away(cls.clear_expired)

    # -- limits ------------------------------------------------------------------------------------------

    def _limits(self, plain: Mapping[str, Any]) -> tuple[float | None, float | None]:
        """What ``set_expiry()`` asks for, in seconds: until a fixed end, and of inactivity."""
        expiry = plain.get(EXPIRY)
        if isinstance(expiry, str):
            now = self._engine.core.time.now() / SECOND
            return datetime.fromisoformat(expiry).timestamp() - now, None
        return None, float(expiry) if expiry else None

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Seconds until the session ends, by what ``set_expiry()`` says or by its absolute end."""
        age: int = super().get_expiry_age(**kwargs)
        found = None if kwargs or self._found is UNREAD else self._found
        if found is None:
            return age
        return min(age, max(0, found.ends - self._engine.core.time.now()) // SECOND)

    @property
    def _named(self) -> str | None:
        """What names the session where it is to be ended: a bearer may be signed, and then its id does."""
        if not self.of_bearer:
            key: str | None = self.session_key
            return key
        found = self._find()
        return None if found is None else found.id

    # -- values ------------------------------------------------------------------------------------------

    @property
    def _key(self) -> str:
        key: str = self.session_key
        return key

    def _plain(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """As JSON has them, by ``SESSION_SERIALIZER``."""
        plain: dict[str, Any] = json.loads(self.serializer().dumps(dict(values)))
        return plain

    def _restored(self, data: dict[str, Any]) -> dict[str, Any]:
        restored: dict[str, Any] = self.serializer().loads(json.dumps(data).encode("latin-1"))
        return restored


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
