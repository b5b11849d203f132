"""Flask-Login, made revocable: ``auth.init_app(app, login_manager=login_manager)``.

The invariant: ``current_user`` is somebody only if the request presents a live session of ours whose
principal is, as text, the id of that user. Flask's signed cookie alone says nothing any more, because a copy
of it cannot be taken back. Where it is silent the session speaks: one sign-in serves several applications.

``manager``   where Flask-Login asks
``user``      who it is; signing in and out
``remember``  ``remember=True``, and what an old ``remember_token`` is worth
"""

from __future__ import annotations

from rescind.flask.login.manager import hook_login

__all__ = ["hook_login"]
