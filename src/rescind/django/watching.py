"""What changes about a user ends or changes access: ``save()``, ``delete()``, groups, the admin, forms.

Signals of Django, so ``update()``, ``bulk_update()`` and foreign SQL are not seen here: in Django itself they
hold on the next request, because ``request.user`` is read from its row; other applications on the same
tables hear of them only through the triggers (``rescind.django.triggers``).

Where those are installed both see a ``save()``. What a trigger has appended is not appended again: a standing
that does not differ is left alone, an end is asked for by the id that the trigger has given it. Either way it
is waited for here, so that it is final when ``save()`` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.utils.crypto import constant_time_compare

from rescind.django.making import made
from rescind.django.request import running
from rescind.django.transactions import joinable
from rescind.django.triggers.said import bound_to, say
from rescind.django.users import principal_of
from rescind.model.session import Session

WATCHED = ("is_active", "password")
BEFORE = "_rescind_before"
"""Where an instance keeps what its row said before it is saved."""
NOTES = "_rescind_notes"
"""Where it keeps the ids that entries of triggers have, by their kind; see ``triggers.said``."""
ACTIVE, INACTIVE = "the user was made active", "the user was made inactive"
PASSWORD, DELETED = "the password was changed", "the user was deleted"


def watch() -> None:
    """Connect the signals; for ``AppConfig.ready``."""
    pre_save.connect(_before_save, dispatch_uid="rescind.before_save")
    post_save.connect(_after_save, dispatch_uid="rescind.after_save")
    pre_delete.connect(_before_delete, dispatch_uid="rescind.before_delete")
    post_delete.connect(_after_delete, dispatch_uid="rescind.after_delete")
    m2m_changed.connect(_groups_changed, dispatch_uid="rescind.groups_changed")
    user_logged_in.connect(_logged_in, dispatch_uid="rescind.logged_in")


def _is_user(model: Any) -> bool:
    """Signals stay connected where a suite takes the application out of the settings for a while."""
    return apps.is_installed("rescind.django") and issubclass(model, get_user_model())


def _before_save(
    sender: Any, instance: Any, *, raw: bool, using: str, update_fields: Any = None, **_: Any
) -> None:
    if raw or not _is_user(sender) or instance._state.adding:
        return
    fields = [name for name in WATCHED if update_fields is None or name in update_fields]
    known = {field.name for field in sender._meta.concrete_fields}
    fields = [name for name in fields if name in known]
    if fields:
        rows = sender._base_manager.using(using).filter(pk=instance.pk)
        before = rows.values(*fields).first()
        setattr(instance, BEFORE, before)
        if before is not None:
            setattr(instance, NOTES, _noted(instance, before))


def _noted(user: Any, before: Mapping[str, Any]) -> dict[str, str | None]:
    """Tell the triggers who does this and why, if there are any."""
    notes: dict[str, str | None] = {}
    if _active_differs(user, before):
        active = bool(user.is_active)
        notes["changed"] = _note(user, "changed", str(int(active)), ACTIVE if active else INACTIVE)
    if _password_differs(user, before):
        kept = _own_session(user)
        keep = None if kept is None else kept.id
        notes["end"] = _note(user, "end", bound_to(user.password), PASSWORD, keep=keep)
    return notes


def _note(user: Any, kind: str, bound: str, reason: str, *, keep: str | None = None) -> str | None:
    current = made()
    core = current.engine.core
    return say(
        current.settings.using,
        core.ids.text(principal_of(user)),
        kind=kind,
        bound=bound,
        reason=reason,
        at=core.time.now(),
        keep=keep,
    )


def _active_differs(user: Any, before: Mapping[str, Any]) -> bool:
    return "is_active" in before and bool(before["is_active"] != user.is_active)


def _password_differs(user: Any, before: Mapping[str, Any]) -> bool:
    return "password" in before and not constant_time_compare(before["password"], user.password)


def _after_save(sender: Any, instance: Any, *, created: bool, raw: bool, **_: Any) -> None:
    if raw:
        return
    if _is_group(sender):
        _refresh_roles(instance.user_set.all() if not created else ())
        return
    if not _is_user(sender):
        return
    before: Mapping[str, Any] | None = instance.__dict__.pop(BEFORE, None)
    notes: Mapping[str, str | None] = instance.__dict__.pop(NOTES, {})
    if created:
        _set_active(instance, of_new=True)
    elif before is not None:
        if _active_differs(instance, before):
            _set_active(instance, of_new=False, id=notes.get("changed"))
        if _password_differs(instance, before):
            _end_others(instance, id=notes.get("end"))


def _set_active(user: Any, *, of_new: bool, id: str | None = None) -> None:
    """The standing follows ``is_active``. Of a new user only where an older one had the same key."""
    engine = made().engine
    if of_new and engine.principals.get(principal_of(user)) is None:
        return
    active = bool(getattr(user, "is_active", True))
    reason = ACTIVE if active else INACTIVE
    engine.principals.set(principal_of(user), active=active, reason=reason, id=id, connection=_joinable())
    if not active:
        engine.revoke(principal=principal_of(user), reason=reason, connection=_joinable())


def _end_others(user: Any, *, id: str | None) -> None:
    """A new password ends every session. That of the running request has until its end to be given a new key
    (``update_session_auth_hash``); if it is not, it ends then."""
    kept = _own_session(user)
    receipt = made().engine.revoke(
        principal=principal_of(user),
        reason=PASSWORD,
        keep=None if kept is None else kept.id,
        id=id,
        connection=_joinable(),
    )
    request = running()
    store = None if request is None else request.store
    if request is not None and kept is not None:
        request.kept = kept.id
    if store is not None and kept is not None:
        store.kept = kept.id
    elif store is not None:
        store.own_ends |= {receipt.id}


def _own_session(user: Any) -> Session[Any] | None:
    request = running()
    store = None if request is None else request.store
    session = None if store is None else store.known
    return session if session is not None and str(session.principal_id) == principal_of(user) else None


def _before_delete(sender: Any, instance: Any, **_: Any) -> None:
    if _is_group(sender):
        for user in instance.user_set.all():
            _set_roles(user, without=instance.name)
    elif _is_user(sender):
        setattr(instance, NOTES, {kind: _note(instance, kind, "", DELETED) for kind in ("changed", "end")})


def _after_delete(sender: Any, instance: Any, **_: Any) -> None:
    if _is_user(sender):
        engine, who = made().engine, principal_of(instance)
        notes: Mapping[str, str | None] = instance.__dict__.pop(NOTES, {})
        if engine.principals.get(who) is not None:
            engine.principals.set(
                who,
                active=False,
                roles=[],
                reason=DELETED,
                id=notes.get("changed"),
                connection=_joinable(),
            )
            engine.revoke(
                principal=who, what="all", reason=DELETED, id=notes.get("end"), connection=_joinable()
            )


# -- groups are roles ----------------------------------------------------------------------------------------


def _is_group(model: Any) -> bool:
    from django.contrib.auth.models import Group

    return apps.is_installed("rescind.django") and issubclass(model, Group)


def _logged_in(sender: Any, user: Any, **_: Any) -> None:
    if _is_user(sender):
        _set_roles(user, signs_in=True)


def _groups_changed(
    sender: Any, instance: Any, *, action: str, reverse: bool, pk_set: set[Any] | None, **_: Any
) -> None:
    through = getattr(getattr(get_user_model(), "groups", None), "through", None)
    if (
        not apps.is_installed("rescind.django")
        or sender is not through
        or action not in ("post_add", "post_remove", "pre_clear", "post_clear")
    ):
        return
    if not reverse:
        _refresh_roles([instance] if action != "pre_clear" else ())
    elif action == "pre_clear":
        setattr(instance, BEFORE, list(instance.user_set.all()))
    elif action == "post_clear":
        _refresh_roles(instance.__dict__.pop(BEFORE, ()))
    else:
        _refresh_roles(get_user_model()._base_manager.filter(pk__in=pk_set or ()))


def _refresh_roles(users: Iterable[Any]) -> None:
    for user in users:
        _set_roles(user)


def _set_roles(user: Any, *, without: str | None = None, signs_in: bool = False) -> None:
    """The roles of a standing are the names of the user's groups; written only where they differ.

    Args:
        signs_in: nothing was changed, so there is nothing to wait for. Else it may be that a trigger has
            written them, and who changed a group waits all the same.
    """
    groups = getattr(user, "groups", None)
    if groups is None:
        return
    roles = sorted(name for name in groups.values_list("name", flat=True) if name != without)
    engine, who = made().engine, principal_of(user)
    standing = engine.principals.get(who)
    differ = tuple(roles) != (() if standing is None else standing.roles)
    if differ or (standing is not None and not signs_in):
        engine.principals.set(who, roles=roles, reason="groups of the user", connection=_joinable())


def _joinable() -> Any:
    return joinable(made().settings.using)
