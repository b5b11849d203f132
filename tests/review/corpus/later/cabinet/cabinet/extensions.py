import os

import redis
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

db = SQLAlchemy()
csrf = CSRFProtect()
limiteur = Limiter(get_remote_address)
cache = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost/1"))
