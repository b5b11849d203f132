"""Names and what they say: whether something is a secret, and what only speaks about one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

# ``password``; ``token`` (a session's id included: who has it is let in); ``code`` for one use; ``digest``
# for hashes, signatures and MACs; ``key`` for what signs, encrypts or opens an API; nothing.
Secret = Literal["password", "token", "code", "digest", "key", ""]

WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")

# Written together as one word: ``userpassword``, ``generateotp``.
JOINED = re.compile(
    r"^(admin|auth|change|check|confirm|create|current|db|encrypt|entered|forgot|gen|generate|get|hash|hashed"
    r"|input|login|make|my|new|old|plain|random|refresh|reset|save|send|set|temp|update|user|valid|validate|verify)"
    r"(otp|token|password|passwd|pwd|pass|code|pin|secret|hash)$"
)

# The same in German and Dutch: ``Einladungscode``, ``zugangstoken``.
COMPOUND = re.compile(
    r"^(\w{4,}?)(token|passwort|wachtwoord|kennwort|geheimnis|schluessel|sleutel"
    r"|(?<=ungs)code|(?<=herstel)code|(?<=toegangs)code|(?<=verificatie)code|(?<=bevestigings)code)$"
)

PASSWORDS = {
    "adgangskode", "clave", "contrasena", "contrase", "geslo", "haslo", "heslo", "jelszo", "kennwort",
    "kodeord", "losenord", "lozinka", "mdp", "motdepasse", "parola", "parool", "pass", "passcode", "passe",
    "passord", "passphrase", "passwd", "password", "passwords", "passwort", "pin", "pincode", "pswd", "pw",
    "pwd", "salasana", "senha", "sifre", "wachtwoord", "zaporka",
}  # fmt: skip
TOKENS = {
    "authorization", "passkey", "authkey",
    "accesstoken", "apitoken", "authtoken", "bearer", "csrftoken", "jsessionid", "jwt", "nonce",
    "gettone", "jeton", "refreshtoken", "sessid", "sessionid", "sid", "testigo", "ticket", "token", "tokens",
    "zeton",
}  # fmt: skip
CODES = {
    "hotp", "mfa", "otp", "tan", "totp",
}  # fmt: skip
DIGESTS = {
    "digest", "digests", "hash", "hashed", "hexdigest", "hmac", "mac", "sig", "signature", "signatures",
}  # fmt: skip
KEYS = {
    "anmeldedaten", "apikey", "credenciais", "credenciales", "credential", "credentials", "geheim",
    "geheimnis", "keygen", "pepper", "schluessel", "secret", "secreta", "secrete", "secretkey", "secreto",
    "secrets", "segredo", "segreta", "segreto", "sekret", "zugangsdaten",
}  # fmt: skip
# Words right before ``key`` that make it what something is found by.
FOUND_BY = frozenset([
    "cache", "claim", "config", "context", "cookie", "dict", "env", "environ", "error", "field", "foreign",
    "group", "header", "idempotency", "identity", "index", "json", "lookup", "map", "message", "meta", "name",
    "option", "param", "partition", "password", "primary", "query", "redis", "setting", "sort", "stage",
    "step", "storage", "store", "table", "username",
])  # fmt: skip
# Words before ``key``, ``code`` that make a secret of it.
KEY_OF = {
    "access", "activation", "admin", "aes", "agent", "api", "auth", "bot", "client", "cron", "crypt",
    "deploy", "device", "encryption", "fernet", "hmac", "hook", "internal", "jwt", "machine",
    "maintenance", "master", "partner", "private", "recovery", "reset", "root", "secret", "server",
    "service", "session", "shared", "sign", "signature", "signing", "unlock", "upload", "verification",
    "webhook", "x",
}  # fmt: skip
CODE_OF = {
    "access", "activation", "auth", "authorization", "backup", "confirm", "confirmation", "device",
    "factor", "invitation", "invite", "login", "magic", "mfa", "otp", "pair", "pairing",
    "recovery", "reset", "security", "sms", "time", "totp", "unlock", "verification", "verify",
}  # fmt: skip
# The same where the noun comes first, or is another: ``cle_api``, ``x_chiave``, ``kod_resetu``.
KEY_ELSEWHERE = {"chave", "chiave", "clave", "cle", "clef", "klic", "klucz", "llave", "nyckel", "sleutel"}
OF_KEY_ELSEWHERE = {
    "api", "chiffrement", "cifrado", "cifratura", "firma", "maestra", "maitre", "podpisu", "prive", "privee",
    "privada", "privata", "prywatny", "szyfrowania", "tajny",
}  # fmt: skip
CODE_ELSEWHERE = {"code", "codice", "codigo", "kod", "kode"}
OF_CODE_ELSEWHERE = {
    "acces", "acceso", "accesso", "acesso", "aktywacyjny", "convite", "dostepu", "invito", "recuperacao",
    "recuperacion", "recupero", "resetu", "secours", "sms", "verifica", "verificacao", "verificacion",
    "weryfikacyjny", "zaproszenia",
}  # fmt: skip
# What follows a secret and makes it something about the secret.
ABOUT = {
    "action", "age", "alg", "algo", "algorithm", "algorithms", "algos", "app", "at", "attempts",
    "attribute", "attributes",
    "audience", "auth", "backend", "backends", "bits", "by", "bytes", "cache", "case", "changed", "claim",
    "claims", "class", "classes", "cls", "config", "context", "cost", "count", "created", "date",
    "datetime", "days", "delivery", "delta", "dict", "dir", "directory", "dt", "duration", "enabled", "enc",
    "encoding", "endpoint", "env", "error", "errors", "event", "exists", "exp", "expiration", "expired",
    "expires", "expiry", "factory", "family", "field", "fields", "file", "filename", "folder", "form",
    "format", "from", "func", "function", "generator", "handler", "hasher", "hashers", "header", "help",
    "hint", "history", "hours", "iat", "id", "ids", "index", "info", "input", "interval", "issuer", "kind",
    "label", "len", "length", "level", "lifetime", "limit", "link", "list", "location", "manager", "map",
    "max", "message", "metadata", "method", "min", "minutes", "mode", "model", "module", "name", "names",
    "namespace", "needed", "no", "not", "notice", "num", "number", "of", "options", "page", "param",
    "parameter", "params", "parser", "path", "pattern", "permission", "placeholder", "policy", "prefix",
    "prompt", "provider", "providers", "public", "purpose", "query", "queryset", "re", "realm", "realms",
    "reason", "reasons", "redacted", "regex",
    "repository", "request", "required", "requirements", "reset", "response", "result", "rotation",
    "rounds", "route", "row", "rule", "rules", "schema", "scheme", "schemes", "scope", "scopes", "score",
    "seconds", "sent", "serial", "serializer", "serialnumber", "serials", "service", "set", "size", "source",
    "state", "statistics", "stats", "status", "storage",
    "store", "strength", "subject", "success", "suffix", "supported", "table", "template", "text", "time",
    "timeout", "timestamp", "title", "total", "ttl", "typ", "type", "types", "uri", "url", "urls",
    "usable", "usage", "use", "used", "user", "uuid", "valid", "validator", "validators", "validity", "ver",
    "verification", "verified", "version", "view", "views", "widget", "window", "work", "year", "years",
}  # fmt: skip
AUTH = {
    "forgot", "forgotten", "logon", "magic", "recover", "recovery", "signon",
    "account", "accounts", "auth", "authenticate", "authentication", "authorisation", "authorization",
    "authorize", "cookie", "cookies", "credential", "credentials", "jwt", "login", "logins", "logout",
    "mfa",
    "oauth", "otp", "passwd", "password", "passwords", "permission", "permissions", "reset", "session",
    "sessions", "signin", "signup", "sso", "token", "tokens", "totp",
}  # fmt: skip
# Of language models: ``prompt_tokens`` are as many as were used.
COUNTED = {
    "available", "cached", "completion", "context", "estimated", "generated", "input", "max", "num",
    "original", "output", "prompt", "reasoning", "remaining", "total", "truncated", "used",
}  # fmt: skip
# What begins a name that only speaks about a secret.
QUESTIONS = {
    "allow", "allows", "bad", "can", "check", "count", "forgot", "has", "hide", "invalid", "is", "len",
    "kind", "max", "min", "missing", "n", "needs", "no", "num", "on", "public", "reason", "require",
    "requires", "should", "show", "skip", "type", "use", "with", "wrong",
}  # fmt: skip


ORDINALS = frozenset(["boarding", "first", "second", "third", "last", "next", "day", "season"])
# How something is written, which says nothing of what it is: ``credential_id_b64``.
WRITTEN_AS = frozenset(["b", "base", "hex", "str"])

PASS_WORD = re.compile(r"pass_(word|phrase)")
# Letters that are no letter with a mark: ``hasło``, ``lösenord`` falls apart by itself.
UNDIVIDED = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss", "æ": "ae", "ı": "i"})


@lru_cache(maxsize=50_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters: ``newPassword_2`` is new, password, 2."""
    found: list[str] = []
    if not name.isascii():  # contraseña
        name = unicodedata.normalize("NFKD", name.translate(UNDIVIDED)).encode("ascii", "ignore").decode()
    for word in WORD.findall(name):
        small = word.lower()
        joined = JOINED.match(small) if len(small) > 5 and small != "getpass" else None
        joined = joined or (COMPOUND.match(small) if len(small) > 9 and TOKENS.isdisjoint({small}) else None)
        found += joined.groups() if joined is not None else (small,)
    return tuple(found)


@lru_cache(maxsize=50_000)
def secret_kind(name: str) -> Secret:
    """What kind of secret something of this name is; nothing for ``token_type`` or ``has_password``."""
    words = [word for word in words_of(PASS_WORD.sub(r"pass\1", name)) if not word.isdigit()]
    return kind_of_words(words)


def kind_of_words(words: list[str]) -> Secret:
    if not words or words[0] in QUESTIONS or words[:2] == ["path", "to"]:
        return ""
    if len(words) > 1 and words[-1] in WRITTEN_AS:
        return kind_of_words(words[:-1])
    last, before = words[-1], set(words[:-1])
    if last == "pass" and before & ORDINALS:  # of a compiler
        return ""
    if last == "id":
        return "token" if before & {"session", "sess"} else ""
    if last in {"key", "keys"}:
        if len(words) > 1 and words[-2] in FOUND_BY:
            return ""
        if "public" in before or "session" in before:
            return "" if "public" in before else "token"
        return "key" if before & KEY_OF else ""
    elsewhere = kind_elsewhere(words)
    if elsewhere:
        return elsewhere
    if last in {"answer", "answers"}:
        return "password" if before & {"security", "secret"} else ""
    if last in {"code", "codes"}:
        return "code" if before & CODE_OF else ""
    if last in ABOUT or (last == "tokens" and before & COUNTED):
        return ""
    return kind_of_word(last, words)


def kind_elsewhere(words: list[str]) -> Secret:
    """Of ``cle_api``, ``x_chiave``, ``kod_resetu``."""
    first, last = words[0], words[-1]
    if (last in KEY_ELSEWHERE and not KEY_OF.isdisjoint(words)) or (
        last in OF_KEY_ELSEWHERE and not KEY_ELSEWHERE.isdisjoint(words[:-1])
    ):
        return "key"
    return "code" if first in CODE_ELSEWHERE and last in OF_CODE_ELSEWHERE else ""


@lru_cache(maxsize=50_000)
def speaks_of_auth(name: str) -> bool:
    """Whether a name says that it is about login, sessions, tokens, cookies, reset or permissions."""
    return not AUTH.isdisjoint(words_of(name))


def kind_of_word(last: str, words: list[str]) -> Secret:
    for kind, known in (
        ("digest", DIGESTS),
        ("password", PASSWORDS),
        ("key", KEYS),
        ("code", CODES),
        ("token", TOKENS),
    ):
        if last in known:
            return kind  # type: ignore[return-value]
    for kind, known in (
        ("password", PASSWORDS - {"pass", "pin", "pw"}),
        ("digest", DIGESTS),
        ("token", TOKENS),
        ("key", KEYS),
    ):
        if any(word in known for word in words):  # password_again, token_from_header
            return kind  # type: ignore[return-value]
    return ""
