"""The members' application for a real server; every answer names its worker, and its parent."""

from __future__ import annotations

import os
from time import sleep

from flask import Response
from tests.flask.members import Members

from rescind._clock import SystemClock

members = Members(os.environ["RESCIND_URL"], clock=SystemClock(), TESTING=False)
members.manager.login_view = None
application = members.app


@application.after_request
def name(response: Response) -> Response:
    sleep(0.01)  # meanwhile the next one goes to another worker
    response.headers["X-Worker"] = str(os.getpid())
    response.headers["X-Parent"] = str(os.getppid())
    return response
