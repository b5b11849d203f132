import redis
import structlog
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

db = SQLAlchemy()
csrf = CSRFProtect()
log = structlog.get_logger("couvert")


class Cache:
    def __init__(self):
        self.client = None

    def init_app(self, app):
        self.client = redis.Redis.from_url(app.config["REDIS_URL"])


cache = Cache()


def audit(event, **facts):
    """One line per thing that the manager may want to look up afterwards."""
    log.bind(trail="audit").info(event, **facts)
