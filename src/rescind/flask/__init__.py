"""rescind for Flask: ``auth.init_app(app)``, ``@auth.require()``, ``current_session``, the engine's words.

>>> from flask import Flask
>>> from rescind.flask import Rescind, current_session
>>> auth = Rescind("memory://", principal_id=int)
>>> app = Flask(__name__)
>>> auth.init_app(app)
>>> @app.get("/me")
... @auth.require()
... def me():
...     return {"you": current_session.principal_id}
"""

from __future__ import annotations

from rescind.flask.current import current_session
from rescind.flask.face import Rescind
from rescind.flask.refused import HTTPRefused
from rescind.model.session import Issued, Session, SessionSummary
from rescind.policy.guarantee import bounded
from rescind.revocation.receipt import Receipt

__all__ = [
    "HTTPRefused",
    "Issued",
    "Receipt",
    "Rescind",
    "Session",
    "SessionSummary",
    "bounded",
    "current_session",
]
