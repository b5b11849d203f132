"""What is given as a key to something that signs, encrypts or lets in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rescind.reading import Call, Variable, walk
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of


class Taker(NamedTuple):
    """What takes a key: the argument's name and place, and what it is used for."""

    pattern: re.Pattern[str]
    name: str
    position: int | None
    used: str


class Key(NamedTuple):
    """An expression that is used as a key, in a call or a setting."""

    node: ast.expr
    used: str
    call: Call | None = None


def taker(pattern: str, name: str, position: int | None, used: str) -> Taker:
    return Taker(re.compile(pattern), name, position, used)


TAKERS = (
    taker(r"^jwt\.(?:\w+\.)*(?:PyJWT\(\)\.|PyJWT\.)?(?:encode|decode|decode_complete)$", "key", 1, "tokens"),
    taker(r"^jose\.(?:jwt|jws|jwe)\.(?:encode|decode|sign|verify|encrypt|decrypt)$", "key", 1, "tokens"),
    taker(r"^authlib\.jose\.(?:\w+\.)*(?:JsonWebToken\(?\)?\.)?(?:jwt\.)?encode$", "key", 2, "tokens"),
    taker(r"^authlib\.jose\.(?:\w+\.)*(?:JsonWebToken\(?\)?\.)?(?:jwt\.)?decode$", "key", 1, "tokens"),
    taker(r"^joserfc\.jwt\.encode$", "key", 2, "tokens"),
    taker(r"^joserfc\.jwt\.decode$", "key", 1, "tokens"),
    taker(r"^joserfc\.jwk\.(?:OctKey\.import_key|import_key)$", "value", 0, "tokens"),
    taker(r"^hmac\.(?:new|digest|HMAC)$", "key", 0, "signatures"),
    taker(r"^django\.core\.signing\.(?:Signer|TimestampSigner)$", "key", None, "signatures"),
    taker(r"^django\.core\.signing\.(?:dumps|loads)$", "key", 1, "signatures"),
    taker(r"^itsdangerous\.(?:\w+\.)*\w*(?:Serializer|Signer)$", "secret_key", 0, "signatures"),
    taker(r"^cryptography\.fernet\.Fernet$", "key", 0, "encryption"),
    taker(r"^cryptography\.hazmat\.primitives\.ciphers\.aead\.\w+$", "key", 0, "encryption"),
    taker(r"^Crypto(?:dome)?\.Cipher\.\w+\.new$", "key", 0, "encryption"),
    taker(r"(?:^|\.)SessionMiddleware$", "secret_key", None, "sessions"),
    taker(r"(?:^|\.)(?:EncryptedCookieStorage|SignedCookieSessionFactory)$", "secret", 0, "sessions"),
    taker(r"(?:^|\.)JWTStrategy$", "secret", 0, "sessions"),
    taker(r"(?:^|\.)(?:set_cookie|get_cookie)$", "secret", None, "cookies"),
    taker(r"^hashlib\.blake2[bs]$", "key", None, "signatures"),
    taker(r"(?:^|\.)set_password$", "password", 0, "an account"),
    taker(r"(?:^|\.)create_(?:super)?user$", "password", 2, "an account"),
    taker(r"\.ciphers\.algorithms\.\w+$", "key", 0, "encryption"),
    taker(r"^cryptography\.hazmat\.primitives\.hmac\.HMAC$", "key", 0, "signatures"),
    taker(r"^nacl\.(?:secret\.SecretBox|signing\.SigningKey|bindings\.\w+)$", "key", 0, "encryption"),
    taker(r"^jwcrypto\.jwk\.JWK$", "k", None, "tokens"),
    taker(r"(?:^|\.)simple_bind(?:_s)?$", "password", 1, "a directory"),
    taker(r"^pyotp\.(?:\w+\.)?[TH]OTP$", "s", 0, "one-time codes"),
    taker(r"(?:^|\.)username_pw_set$", "password", 1, "a broker"),
    taker(r"(?:^|\.)AuthTkt(?:CookieHelper|AuthenticationPolicy)$", "secret", 0, "sessions"),
    taker(r"(?:^|\.)SMTP(?:_SSL)?(?:\(\))?\.login$", "password", 1, "mail"),
    taker(r"(?:^|\.)(?:PBKDF2HMAC|HKDF|Scrypt)(?:\(\))?\.derive$", "key_material", 0, "encryption"),
    taker(r"^pika\.(?:credentials\.)?PlainCredentials$", "password", 1, "a broker"),
    taker(r"^ldap3\.Connection$", "password", 2, "a directory"),
    taker(r"^ftplib\.FTP(?:_TLS)?(?:\(\))?\.login$", "passwd", 1, "files"),
    taker(r"^imaplib\.IMAP4(?:_SSL)?(?:\(\))?\.login$", "password", 1, "mail"),
    taker(r"^aiohttp\.BasicAuth$", "password", 1, "services"),
    taker(r"^(?:requests|httpx)\.(?:auth\.)?(?:HTTP)?(?:Basic|Digest)Auth$", "password", 1, "services"),
)  # fmt: skip
PLACED = re.compile(r"(?:^|\.)(?:Middleware|add_middleware)$")


@lru_cache(16_384)
def first_taker(name: str) -> int | None:
    """Which of `TAKERS` a function or class is, by its name in full."""
    return next((at for at, each in enumerate(TAKERS) if each.pattern.search(name)), None)


def keys_given(look: Look) -> Iterator[Key]:
    """The keys that are given in a module."""
    for call in look.calls:
        names = [each.name for each in call.named]
        if not names and isinstance(call.node.func, ast.Attribute):
            names = [call.node.func.attr]
        taken = min((at for name in names for at in (first_taker(name),) if at is not None), default=None)
        if taken is None:
            yield from placed(look, call, names)
            continue
        each = TAKERS[taken]
        node = call.argument(each.name, each.position)
        if node is not None and not derives(call, each):
            yield Key(node, each.used, call)
    for setting in look.settings:
        if setting.name in {"secret_key", "SECRET_KEY", "cookie_secret"} and isinstance(
            setting.node, ast.Assign
        ):
            target = setting.node.targets[0]
            if isinstance(target, ast.Attribute | ast.Subscript):
                yield Key(setting.value, "sessions")


def placed(look: Look, call: Call, names: list[str]) -> Iterator[Key]:
    """``add_middleware(SessionMiddleware, secret_key=...)``."""
    if any(PLACED.search(name) for name in names) or called_function(call.node) in {
        "add_middleware",
        "Middleware",
    }:
        node = call.argument("secret_key")
        if node is not None:
            yield Key(node, "sessions", call)
    for name in ("auth", "basic_auth", "http_auth"):
        pair = paired(look, call.argument(name))
        if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
            yield Key(pair.elts[1], "a service", call)


def paired(look: Look, node: ast.expr | None) -> ast.expr | None:
    """The pair that ``self.account`` was set to, in the same module."""
    for named in look.named(node) if isinstance(node, ast.Name | ast.Attribute) else ():
        for each in named.definition.bindings if isinstance(named.definition, Variable) else ():
            if isinstance(each.value, ast.Tuple) and each.scope.module is look.module:
                return each.value
    return node


def derives(call: Call, each: Taker) -> bool:
    """``hmac.new(b"purpose", key)``: a constant that separates purposes, and the key is what is hashed."""
    if each.used != "signatures" or not call.name.startswith("hmac."):
        return False
    message = call.argument("msg", 1)
    return message is not None and any(
        not {"key", "token", "secret", "master", "ikm", "seed"}.isdisjoint(words_of(called(node)))
        for node in walk(message)
        if isinstance(node, ast.expr)
    )
