"""What changes about a user ends or changes access: ``save()``, ``delete()``, groups, the admin, forms.

Signals of Django, so ``update()``, ``bulk_update()`` and foreign SQL are not seen here: in Django itself they
hold on the next request, because ``request.user`` is read from its row; other applications on the same
tables hear of them only through the triggers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.utils.crypto import constant_time_compare

from rescind.django.making import made
from rescind.django.request import running
from rescind.django.transactions import joinable
from rescind.django.users import principal_of
from rescind.model.session import Session

WATCHED = ("is_active", "password")
BEFORE = "_rescind_before"
"""Where an instance keeps what its row said before it is saved."""


def watch() -> None:
    """Connect the signals; for ``AppConfig.ready``."""
    pre_save.connect(_before_save, dispatch_uid="rescind.before_save")
    post_save.connect(_after_save, dispatch_uid="rescind.after_save")
    post_delete.connect(_after_delete, dispatch_uid="rescind.after_delete")
    pre_delete.connect(_before_group_delete, dispatch_uid="rescind.before_group_delete")
    m2m_changed.connect(_groups_changed, dispatch_uid="rescind.groups_changed")
    user_logged_in.connect(_logged_in, dispatch_uid="rescind.logged_in")


def _is_user(model: Any) -> bool:
    return issubclass(model, get_user_model())


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
        setattr(instance, BEFORE, rows.values(*fields).first())


def _after_save(sender: Any, instance: Any, *, created: bool, raw: bool, **_: Any) -> None:
    if raw:
        return
    if _is_group(sender):
        _refresh_roles(instance.user_set.all() if not created else ())
        return
    if not _is_user(sender):
        return
    before: Mapping[str, Any] | None = instance.__dict__.pop(BEFORE, None)
    if created:
        _set_active(instance, of_new=True)
    elif before is not None:
        if before.get("is_active", True) != getattr(instance, "is_active", True):
            _set_active(instance, of_new=False)
        if "password" in before and not constant_time_compare(before["password"], instance.password):
            _end_others(instance)


def _set_active(user: Any, *, of_new: bool) -> None:
    """The standing follows ``is_active``. Of a new user only where an older one had the same key."""
    engine = made().engine
    if of_new and engine.principals.get(principal_of(user)) is None:
        return
    active = bool(getattr(user, "is_active", True))
    reason = "the user was made active" if active else "the user was made inactive"
    engine.principals.set(principal_of(user), active=active, reason=reason, connection=_joinable())
    if not active:
        engine.revoke(principal=principal_of(user), reason=reason, connection=_joinable())


def _end_others(user: Any) -> None:
    """A new password ends every session. That of the running request has until its end to be given a new key
    (``update_session_auth_hash``); if it is not, it ends then."""
    kept = _own_session(user)
    made().engine.revoke(
        principal=principal_of(user),
        reason="the password was changed",
        keep=None if kept is None else kept.id,
        connection=_joinable(),
    )
    request = running()
    if kept is not None and request is not None:
        request.kept = kept.id


def _own_session(user: Any) -> Session[Any] | None:
    request = running()
    store = None if request is None else request.store
    session = None if store is None else store.known
    return session if session is not None and str(session.principal_id) == principal_of(user) else None


def _after_delete(sender: Any, instance: Any, **_: Any) -> None:
    if _is_user(sender):
        engine, who = made().engine, principal_of(instance)
        if engine.principals.get(who) is not None:
            reason = "the user was deleted"
            engine.principals.set(who, active=False, roles=[], reason=reason, connection=_joinable())
            engine.revoke(principal=who, what="all", reason=reason, connection=_joinable())


# -- groups are roles ----------------------------------------------------------------------------------------


def _is_group(model: Any) -> bool:
    from django.contrib.auth.models import Group

    return issubclass(model, Group)


def _logged_in(sender: Any, user: Any, **_: Any) -> None:
    if _is_user(sender):
        _refresh_roles([user])


def _groups_changed(
    sender: Any, instance: Any, *, action: str, reverse: bool, pk_set: set[Any] | None, **_: Any
) -> None:
    through = getattr(getattr(get_user_model(), "groups", None), "through", None)
    if sender is not through or action not in ("post_add", "post_remove", "pre_clear", "post_clear"):
        return
    if not reverse:
        _refresh_roles([instance] if action != "pre_clear" else ())
    elif action == "pre_clear":
        setattr(instance, BEFORE, list(instance.user_set.all()))
    elif action == "post_clear":
        _refresh_roles(instance.__dict__.pop(BEFORE, ()))
    else:
        _refresh_roles(get_user_model()._base_manager.filter(pk__in=pk_set or ()))


def _before_group_delete(sender: Any, instance: Any, **_: Any) -> None:
    if _is_group(sender):
        for user in instance.user_set.all():
            _set_roles(user, without=instance.name)


def _refresh_roles(users: Iterable[Any]) -> None:
    for user in users:
        _set_roles(user)


def _set_roles(user: Any, *, without: str | None = None) -> None:
    """The roles of a standing are the names of the user's groups; written only where they differ."""
    groups = getattr(user, "groups", None)
    if groups is None:
        return
    roles = sorted(name for name in groups.values_list("name", flat=True) if name != without)
    engine, who = made().engine, principal_of(user)
    standing = engine.principals.get(who)
    if tuple(roles) != (() if standing is None else standing.roles):
        engine.principals.set(who, roles=roles, reason="groups of the user", connection=_joinable())


def _joinable() -> Any:
    return joinable(made().settings.using)
