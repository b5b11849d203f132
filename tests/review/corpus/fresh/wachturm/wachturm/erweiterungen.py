import os

import redis
from flask_sqlalchemy import SQLAlchemy

from .sitzung import RedisSitzungen

db = SQLAlchemy()
redis_client = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost/0"))
sitzungen = RedisSitzungen(redis_client)
