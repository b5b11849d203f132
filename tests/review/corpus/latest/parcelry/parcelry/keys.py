from aiohttp import web
from asyncpg import Pool

from .carrier import Carrier
from .config import Config
from .sessions import CourierSessions, CustomerSessions

CONFIG = web.AppKey("config", Config)
POOL = web.AppKey("pool", Pool)
CUSTOMERS = web.AppKey("customers", CustomerSessions)
COURIERS = web.AppKey("couriers", CourierSessions)
CARRIER = web.AppKey("carrier", Carrier)
