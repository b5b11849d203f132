"""What ``UserSession`` of django-allauth learns: its column is of public ids, which open nothing.

Whoever asks for a key in that column, or stores one, names the id instead: the column itself sees to it,
so that none of allauth's queries has to be written anew.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.core import context
from allauth.usersessions.models import UserSession
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import router
from django.db.transaction import atomic

from rescind._tokens import session_id_of
from rescind.django import adoption
from rescind.django.access import revoke
from rescind.django.found import is_public_id
from rescind.django.making import made
from rescind.django.users import user_named, user_of
from rescind.errors import Refused, StoreUnavailable

COLUMN = "session_key"
REASON = "ended by its owner"


def teach() -> None:
    """Once, when every model is there."""
    column = UserSession._meta.get_field(COLUMN)
    column.get_prep_value = partial(_stored, column.get_prep_value)
    for method in (is_current, exists, purge, end):
        setattr(UserSession, method.__name__, method)
    adoption.moved.connect(follow)


def named(key: str) -> str:
    """The public id that a session key names; any other text is left as it is."""
    return session_id_of(key) or key


def _stored(before: Any, value: Any) -> Any:
    return before(named(value) if isinstance(value, str) else value)


def is_current(listed: Any) -> bool:
    """Whether it is the session of the running request."""
    return bool(named(listed.session_key) == context.request.session.public_id)


def exists(listed: Any) -> bool:
    """Whether it goes on, and its user may sign in.

    Raises:
        StoreUnavailable: the authority could not be asked, so nobody knows.
    """
    id_ = named(listed.session_key)
    if not is_public_id(id_):
        return _may_be_moved(id_)
    try:
        session = made().engine.sessions.get(id_)
    except Refused as refused:
        if refused.unanswered:
            raise StoreUnavailable(refused.detail) from refused
        return False
    return user_of(session) is not None


def purge(listed: Any) -> bool:
    """Forget it if it is over; whether it was. A key that was stored before becomes an id."""
    id_ = named(listed.session_key)
    twice = listed.session_key != id_ and UserSession.objects.filter(session_key=id_).exists()
    if twice or not listed.exists():
        listed.delete()
        return True
    if listed.session_key != id_:
        listed.save(update_fields=[COLUMN])
    return False


def end(listed: Any) -> None:
    """End it, everywhere, before this returns (in a transaction: before the answer leaves)."""
    id_, path = named(listed.session_key), made().settings.read_old_engine
    if path is not None and not is_public_id(id_):
        adoption.end(path, id_)
        id_ = _named_now(listed) or id_
    if is_public_id(id_):
        revoke(session=id_, reason=REASON)
    listed.delete()


def follow(*, former: str, first: str, successor: str, **_: Any) -> None:
    """The row of a session of the engine of before goes with it. Of two requests that came side by side the
    second has a session of its own, and so a row."""
    if UserSession.objects.filter(session_key=former).update(session_key=successor) or first == successor:
        return
    row = UserSession.objects.filter(session_key=first).first()
    if row is not None:
        row.pk, row.session_key = None, successor
        row.save(force_insert=True)


def _named_now(listed: Any) -> str | None:
    """What its row names by now: its browser may just have come, and have a new session."""
    with atomic(using=router.db_for_write(UserSession)):
        rows = UserSession.objects.select_for_update().filter(pk=listed.pk)
        now: str | None = rows.values_list(COLUMN, flat=True).first()
    return now


def _may_be_moved(key: str) -> bool:
    """Whether it is a session of the engine of before that goes on when its browser comes. Its key opens it
    until then, so it is in no entry of the log."""
    path = made().settings.read_old_engine
    held = {} if path is None else adoption.contents_of(path, key)
    if not {SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY} <= held.keys():
        return False
    return user_named(held[BACKEND_SESSION_KEY], held[SESSION_KEY], held[HASH_SESSION_KEY]) is not None
