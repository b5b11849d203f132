"""Sign-ins that a project writes itself into the sessions of Django: nothing ties them to a password."""

from __future__ import annotations

from rescind.review.look import Look
from rescind.review.once import once
from rescind.review.sessions.sessions import on_server, sign_ins


@once
def by_hand(look: Look) -> bool:
    """``request.session["reader"] = reader.pk``, and not ``login(request, user)``."""
    return any(
        on_server(home, each.session) == "framework" and each.key != "_auth_user_id"
        for home in look.everywhere("session")
        if "django" in home.lowered
        for function in home.module.functions
        for each in sign_ins(home, function)
    )
