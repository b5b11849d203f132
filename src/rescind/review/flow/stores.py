"""Data that no request carries here and now: stores, files, other services, the environment, the program
itself."""

from __future__ import annotations

import ast

from rescind.reading import Project, Scope, last_name
from rescind.review.flow.origin import Kind
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of

STORES = (
    "redis.", "aioredis.", "valkey.", "memcache.", "pymemcache.", "pylibmc.", "aiomcache.", "diskcache.",
    "cachetools.",
    "django.core.cache.", "flask_caching.", "aiocache.", "pymongo.", "motor.", "boto3.", "botocore.",
    "kafka.", "aiokafka.",
    "pika.", "aio_pika.", "kombu.", "google.cloud.", "sqlite3.", "psycopg.", "psycopg2.", "asyncpg.",
    "aiosqlite.",
    "MySQLdb.", "pymysql.", "aiomysql.", "django.db.", "sqlalchemy.", "lmdb.", "rq.", "zmq.",
    "confluent_kafka.",
)  # fmt: skip
REMOTES = (
    "requests.",
    "httpx.",
    "urllib.request.",
    "aiohttp.Client",
    "aiohttp.client",
    "http.client.",
    "urllib3.",
)
OWN = (
    "multiprocessing.",
    "subprocess.",
    "importlib.resources.",
    "pkgutil.",
    "concurrent.",
    "asyncio.subprocess",
)
SOCKETS = ("socket.", "socketserver.", "ssl.")
ENVIRONMENT = (
    "os.environ", "os.getenv", "decouple.", "environ.", "environs.", "django.conf.settings",
    "flask.current_app",
    "quart.current_app", "sys.argv", "argparse.", "configparser.", "getpass.", "click.",
)  # fmt: skip
# Objects without a known class, by how they are called, and what is asked of them.
CALLED: dict[str, Kind] = {
    "redis": "store", "cache": "store", "memcache": "store", "memcached": "store", "mc": "store",
    "rdb": "store",
    "kv": "store", "bucket": "store", "queue": "store", "broker": "store", "valkey": "store",
    "backend": "store",
    "cursor": "store", "cur": "store", "conn": "store", "connection": "store", "pool": "store",
    "db": "store", "database": "store",
    "session": "session", "socket": "network", "sock": "network", "storage": "store", "store": "store",
    "collection": "store", "channel": "store",
}  # fmt: skip
READS = {
    "get", "hget", "hgetall", "mget", "getex", "getdel", "lpop", "rpop", "blpop", "brpop", "lrange",
    "smembers", "read",
    "get_message", "fetch", "load", "receive", "consume", "poll", "basic_get", "zrange", "find_one",
    "find", "get_object", "get_many",
    "recv", "recvfrom", "recv_bytes", "recv_pyobj", "get_multi", "gets", "hmget", "hvals", "execute",
    "pop", "get_value",
}  # fmt: skip
# Whatever they are called on: rows.
ROWS = {
    "fetchone", "fetchall", "fetchmany", "fetchrow", "fetchval", "fetch_one", "fetch_all", "scalars",
    "scalar",
    "scalar_one", "scalar_one_or_none", "one_or_none", "first_or_404", "get_or_404", "one_or_404",
    "get_or_none",
    "fetch_val", "get_or_create", "update_or_create", "select_related", "values_list", "filter_by",
    "find_one",
    "refresh_from_db", "executescript", "aget", "afirst", "get_queryset", "get_object", "mappings",
    "get_object_or_404",
}  # fmt: skip
QUERIES = {"get", "filter", "first", "exclude", "all", "last", "latest", "earliest", "values", "create",
           "one", "raw",
           "annotate", "order_by", "execute", "query", "add", "bulk_create", "in_bulk", "count",
           "exists", "aggregate"}  # fmt: skip


class Stores:
    """Tells them in one project."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def kind(self, node: ast.expr, scope: Scope) -> Kind | None:
        """Where an expression reads from; None: that is not known by its look."""
        if isinstance(node, ast.Call):
            return self.call(node, scope)
        if isinstance(node, ast.Name) and node.id == "__file__":
            return "own"
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return self.attribute(node, scope)
        return None

    def call(self, node: ast.Call, scope: Scope) -> Kind | None:
        func = node.func
        attr = called_function(node)
        names = [each.name for each in self.project.callee(node, scope)]
        kind = first(by_name(name) for name in names)
        if kind is not None and (kind != "store" or attr in READS | ROWS | QUERIES):
            return kind
        if attr in ROWS or (attr in QUERIES and is_query(func)):
            return "store"
        if isinstance(func, ast.Attribute) and attr in READS:
            return self.called(func.value, scope)
        return None

    def called(self, node: ast.expr, scope: Scope) -> Kind | None:
        """What an object without a known class is, by its name."""
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        name = last_name(node)
        word = next(iter(reversed(words_of(name))), "")
        return CALLED.get(word)

    def attribute(self, node: ast.expr, scope: Scope) -> Kind | None:
        base = node
        while isinstance(base, ast.Subscript):
            base = base.value
        if isinstance(base, ast.Attribute) and base.attr == "session" and node is not base:
            return "session"
        if isinstance(base, ast.Name) and base.id == "session" and node is not base:
            return "session"
        if not isinstance(base, ast.Name | ast.Attribute):
            return None
        found = self.project.resolve(base, scope)
        return first(
            by_name(each.name)
            for each in found
            if each.definition is None and not each.name.startswith(STORES)
        )


def by_name(name: str) -> Kind | None:
    for kind, starts in KINDS:
        if name.startswith(starts):
            return kind
    return None


KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("store", STORES),
    ("remote", REMOTES),
    ("own", OWN),
    ("network", SOCKETS),
    ("environment", ENVIRONMENT),
)


def first(kinds: object) -> Kind | None:
    return next((each for each in kinds if each is not None), None)  # type: ignore[attr-defined]


def is_query(func: ast.expr) -> bool:
    """``Model.objects.get(...)``, ``User.query.filter(...)``, ``session.query(...)``."""
    while isinstance(func, ast.Attribute | ast.Call):
        if isinstance(func, ast.Attribute):
            if func.attr in {"objects", "query", "_default_manager"}:
                return True
            func = func.value
        else:
            func = func.func
    return False
