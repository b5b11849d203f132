"""What keeps a session, a ticket or a token in a cookie of its own, and which flags it sets where nothing
is said."""

from __future__ import annotations

from typing import NamedTuple

from rescind.reading import Call
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.sessions.cookies import plain


class Keeper(NamedTuple):
    """``library``: what its name in full begins with; ``off``: the arguments that are off by themselves."""

    library: str
    off: tuple[str, ...]


BOTH = ("secure", "httponly")
KEEPERS = {
    "AuthTktCookieHelper": Keeper("pyramid.", BOTH),
    "AuthTktAuthenticationPolicy": Keeper("pyramid.", BOTH),
    "SignedCookieSessionFactory": Keeper("pyramid.", BOTH),
    "BaseCookieSessionFactory": Keeper("pyramid.", BOTH),
    "UnencryptedCookieSessionFactoryConfig": Keeper("pyramid.", ("cookie_secure", "cookie_httponly")),
    "EncryptedCookieSessionFactory": Keeper("pyramid_nacl_session.", BOTH),
    "CookieProfile": Keeper("webob.", BOTH),
    "SignedCookieProfile": Keeper("webob.", BOTH),
    "EncryptedCookieStorage": Keeper("aiohttp_session.", ("secure",)),
    "NaClCookieStorage": Keeper("aiohttp_session.", ("secure",)),
    "SimpleCookieStorage": Keeper("aiohttp_session.", ("secure",)),
    "RedisStorage": Keeper("aiohttp_session.", ("secure",)),
    "MemcachedStorage": Keeper("aiohttp_session.", ("secure",)),
    "ServerSideSessionConfig": Keeper("litestar.", ("secure",)),
    "CookieBackendConfig": Keeper("litestar.", ("secure",)),
    "JWTCookieAuth": Keeper("litestar.", ("secure",)),
}


def of_keeper(look: Look, call: Call) -> str:
    """What a keeper of sessions leaves off because nothing is said; what is switched off is a setting's."""
    name = next((each for each in (called_function(call.node), *names(call)) if each in KEEPERS), "")
    keeper = KEEPERS.get(name)
    if keeper is None or not any(each.name.startswith(keeper.library) for each in call.named):
        return ""
    if any(each.arg is None for each in call.node.keywords) or len(call.node.args) > 3:
        return ""
    given = {plain(each.arg) for each in call.node.keywords if each.arg}
    off = [flag for flag in keeper.off if flag not in given]
    if not off:
        return ""
    library = keeper.library.rstrip(".")
    return f"{library} keeps what lets somebody in without {' and '.join(off)}: it sets none by itself"


def names(call: Call) -> list[str]:
    return [each.name.rpartition(".")[2] for each in call.named]
