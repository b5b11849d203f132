"""Names in full of what libraries offer, and what it means for a credential."""

from __future__ import annotations

import re

DECODERS = {
    "jwt.decode", "jwt.api_jwt.decode", "jose.jwt.decode", "authlib.jose.jwt.decode", "joserfc.jwt.decode",
    "jwt.PyJWT.decode", "authlib.jose.JsonWebToken.decode", "jwt.decode_complete",
}  # fmt: skip
ENCODERS = {
    "jwt.encode", "jwt.api_jwt.encode", "jose.jwt.encode", "authlib.jose.jwt.encode", "joserfc.jwt.encode",
    "jwt.PyJWT.encode", "authlib.jose.JsonWebToken.encode",
}  # fmt: skip
# Whose `decode` leaves the end to a second call.
LAZY = {"joserfc.jwt.decode", "authlib.jose.jwt.decode", "authlib.jose.JsonWebToken.decode"}
SIGNERS = {
    "itsdangerous.URLSafeTimedSerializer", "itsdangerous.TimedSerializer", "itsdangerous.TimestampSigner",
    "itsdangerous.url_safe.URLSafeTimedSerializer",
}  # fmt: skip
TIMELESS = {"itsdangerous.URLSafeSerializer", "itsdangerous.Serializer", "itsdangerous.Signer"}

SCHEMES = {
    "OAuth2PasswordBearer": "bearer", "OAuth2AuthorizationCodeBearer": "bearer", "OAuth2": "bearer",
    "OpenIdConnect": "bearer", "HTTPBearer": "bearer", "HTTPBasic": "basic", "HTTPDigest": "digest",
    "APIKeyHeader": "header", "APIKeyCookie": "cookie", "APIKeyQuery": "query",
}  # fmt: skip
PARTS = {
    "fastapi.Cookie": "cookie", "fastapi.Header": "header", "fastapi.Query": "query",
    "fastapi.param_functions.Cookie": "cookie", "fastapi.param_functions.Header": "header",
}  # fmt: skip
DEPENDS = {"fastapi.Depends", "fastapi.Security", "fastapi.param_functions.Depends", "fastapi.params.Depends"}
REQUESTS = {
    "fastapi.Request", "starlette.requests.Request", "starlette.requests.HTTPConnection", "fastapi.WebSocket",
    "starlette.websockets.WebSocket", "fastapi.requests.HTTPConnection", "fastapi.requests.Request",
    "flask.request",
}  # fmt: skip
NOW = {
    "time.time", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "time.time_ns", "django.utils.timezone.now", "time.monotonic", "arrow.utcnow", "pendulum.now",
}  # fmt: skip
CACHES = {
    "functools.lru_cache", "functools.cache", "cachetools.cached", "cachetools.func.ttl_cache",
    "async_lru.alru_cache", "cachetools.func.lru_cache", "cachetools.cachedmethod",
}  # fmt: skip
REMEMBERING = re.compile(r"cache|memoi[sz]e", re.IGNORECASE)
# What runs a coroutine to its end without `await` before it.
WAITING = {"run", "run_until_complete"}
COPIES = {
    "dict",
    "set",
    "list",
    "copy.copy",
    "copy.deepcopy",
    "builtins.dict",
    "builtins.set",
    "builtins.list",
}
# What gives back the very thing that it was given.
HANDED_ON = {
    "next", "iter", "cast", "list", "sorted", "reversed", "filter", "max", "min", "tuple", "set", "scalars",
    "scalar", "execute", "exec", "merge", "first", "all", "one", "one_or_none",
}  # fmt: skip
PASSWORD_CHECKS = re.compile(
    r"(?:^|[._])(?:verify|check|check_password\w*|verify_password\w*|checkpw|verify_and_update)$"
)
CURRENT_USER = {"flask_login.current_user", "flask_login.utils.current_user", "flask_security.current_user"}
CURRENT = "authlib.integrations.flask_oauth2.current_token"
VALIDATION = "authlib.oauth2.rfc6750.validator.BearerTokenValidator.validate_token"
ACQUIRING = {f"authlib.integrations.flask_oauth2.ResourceProtector.{each}" for each in
             ("acquire", "acquire_token", "validate_request")}  # fmt: skip
FASTAPI_USERS = "fastapi-users"
# The two kinds of token of Flask-JWT-Extended, which are the same to whoever sends them.
ACCESS, REFRESH = "jwt", "jwt refresh"
JWT_REQUIRED = "flask_jwt_extended.jwt_required"
JWT_VERIFIED = "flask_jwt_extended.verify_jwt_in_request"
CLAIMS = {
    "flask_jwt_extended.get_jwt": "", "flask_jwt_extended.get_jwt_identity": "sub",
    "flask_jwt_extended.get_current_user": "user",
}  # fmt: skip
REFUSERS = {"flask.abort", "werkzeug.exceptions.abort", "quart.abort"}
REFUSED = {"flask.redirect", "fastapi.responses.RedirectResponse", "starlette.responses.RedirectResponse",
           "werkzeug.utils.redirect"}  # fmt: skip
# Methods that only hand on what they are called on.
SAME = {
    "first", "one", "one_or_none", "scalar", "scalars", "scalar_one", "scalar_one_or_none", "unique", "all",
    "fetchone", "fetchall", "mappings", "encode", "decode", "strip", "lower", "upper", "removeprefix",
    "replace", "split", "partition", "rpartition", "copy", "execute", "unsafe", "options", "where", "filter",
    "filter_by", "join", "limit", "order_by", "items", "values", "keys", "hexdigest", "digest", "get_or_none",
}  # fmt: skip
HARMLESS = re.compile(
    r"^flask\.(?:jsonify|make_response|render_template\w*|json\.\w+|Response|url_for|flash)$"
    r"|^(?:hashlib|hmac|base64|uuid|secrets|binascii|json|logging|re|typing|time|datetime|itertools|functools|builtins)\."
    r"|^(?:str|int|bytes|bool|len|dict|list|tuple|set|print|isinstance|getattr|repr|any|all|next|iter|type|cast|float)$"
    r"|\.(?:encode|decode|strip|lower|upper|split|partition|removeprefix|startswith|endswith|hexdigest|digest|format"
    r"|credentials|model_validate|model_dump|dict|info|debug|warning|error|append|commit|flush|close|refresh)$"
)
TERMINAL = {
    "get",
    "first",
    "one",
    "one_or_none",
    "scalar",
    "scalar_one",
    "scalar_one_or_none",
    "get_or_404",
    "get_or_none",
}
REMOVING = {
    "pop",
    "remove",
    "discard",
    "clear",
    "delete",
    "popitem",
    "srem",
    "unlink",
    "hdel",
    "revoke",
    "invalidate",
}
ADDING = {
    "add",
    "append",
    "setdefault",
    "update",
    "set",
    "setex",
    "sadd",
    "hset",
    "hmset",
    "insert",
    "put",
    "add_all",
}
ASKING = {
    "get",
    "exists",
    "sismember",
    "hget",
    "hgetall",
    "ttl",
    "getex",
    "find_one",
    "find",
    "get_item",
    "fetch_one",
}
LIVE = {"is_active", "active", "disabled", "is_disabled", "enabled", "is_enabled", "blocked", "is_blocked",
"banned",
        "is_banned", "suspended", "is_suspended", "locked", "is_locked", "status", "deleted", "is_deleted",
        "deactivated", "deactivated_at", "disabled_at", "state", "is_authenticated"}  # fmt: skip
ENDED = {
    "revoked",
    "is_revoked",
    "revoked_at",
    "ended",
    "ended_at",
    "valid",
    "is_valid",
    "active",
    "is_active",
    "invalidated",
}
# What sessions, which are mappings, are asked or told to do; their content goes nowhere by it.
OF_MAPPINGS = {"pop", "clear", "setdefault", "update", "keys", "items", "values", "popitem"}
COLUMNS = re.compile(r"\.(?:mapped_column|Column|\w*Field|relationship)$")
ROLES = re.compile(
    r"(?:^|[._])(?:role|roles|is_admin|admin|is_superuser|is_staff|scopes?|permissions?|groups?|level)$"
)
TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+[\"'`]?(\w+)", re.IGNORECASE)
RANGE = re.compile(r"\bWHERE\b.*(?:[<>]|!=|\bBETWEEN\b)", re.IGNORECASE | re.DOTALL)
VERB = re.compile(r"^\s*(\w+)", re.IGNORECASE)

SIGN_OUT = re.compile(
    r"log[-_]?out|sign[-_]?out|log[-_]?off|sign[-_]?off|revoke|end[-_]?session", re.IGNORECASE
)
PASSWORD = re.compile(r"password|passwd|passphrase", re.IGNORECASE)
DISABLE = re.compile(
    r"disable|deactivate|suspend|\bban\b|[/_-]ban\b|\bblock|[/_-]block|\block\b|[/_-]lock\b|offboard|close[-_]?account"
    r"|delete[-_]?(?:user|account)|remove[-_]?user",
    re.IGNORECASE,
)
SIGN_IN = re.compile(r"log[-_]?in|sign[-_]?in|sign[-_]?up|register|authenticate|obtain|forgot", re.IGNORECASE)
ADMIN = re.compile(
    r"(?:^|[/_.-])(?:admin|backoffice|staff|internal|manage|superuser)(?:[/_.-]|$)", re.IGNORECASE
)
API = re.compile(r"^/(?:api|v\d+|graphql|rest|rpc)(?:/|$)|/api/", re.IGNORECASE)

NO_CREDENTIAL = re.compile(
    r"header:(?:user-agent|accept(?:-\w+)*|content-\w+|host|origin|referer|range|if-[\w-]+|sec-[\w-]+|"
    r"x-requested-with|x-request-id|x-real-ip|(?:x-)?forwarded(?:-\w+)?)$"
)
"""Headers that say what is wanted, by what, from where; nobody is let in by them."""


GUARDING = re.compile(
    r"auth(?!or(?:s|ed)?$)|log_?in|sign_?in|jwt|token_|permission|_role|roles?_|protect|acl_|identity|claims",
    re.IGNORECASE,
)
"""How decorators of packages are called that may turn somebody away."""
LINKED = re.compile(r"token|secret|signature|(?:^|_)sig$|capability", re.IGNORECASE)
"""Parts of a path that are called as what makes a link one that nobody can guess; codes and keys are often
those of things."""


def looks_secret(name: str) -> bool:
    """Whether a header or a parameter is called as what lets somebody in is called."""
    words = ("token", "key", "sig", "secret", "code", "auth", "session", "sid", "jwt", "cred", "pass")
    return any(word in name.lower() for word in words)
