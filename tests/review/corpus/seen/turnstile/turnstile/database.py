import os

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine(os.environ["TURNSTILE_DATABASE"])


def session_for(request) -> Session:
    if not hasattr(request.state, "db"):
        request.state.db = Session(engine)
    return request.state.db
