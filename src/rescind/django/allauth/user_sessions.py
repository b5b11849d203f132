"""What ``UserSession`` of django-allauth learns: its column is of public ids, which open nothing.

Whoever asks for a key in that column, or stores one, names the id instead: the column itself sees to it,
so that none of allauth's queries has to be written anew.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.core import context
from allauth.usersessions.models import UserSession

from rescind._tokens import session_id_of
from rescind.django.access import revoke
from rescind.django.making import made
from rescind.django.users import user_of
from rescind.errors import Refused, StoreUnavailable

COLUMN = "session_key"
REASON = "ended by its owner"


def teach() -> None:
    """Once, when every model is there."""
    column = UserSession._meta.get_field(COLUMN)
    column.get_prep_value = partial(_stored, column.get_prep_value)
    for method in (is_current, exists, purge, end):
        setattr(UserSession, method.__name__, method)


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
    try:
        session = made().engine.sessions.get(named(listed.session_key))
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
    revoke(session=named(listed.session_key), reason=REASON)
    listed.delete()
