"""What lets in and is kept: tables, collections and dictionaries of sessions, keys and links."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Class, Module, unparsed, walk
from rescind.review.credentials.records import MODEL, TABLE, is_table
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once

# What a table is called in which each row lets somebody in.
LETS_IN = frozenset(
    ["access", "apikey", "apikeys", "authorization", "bearer", "code", "codes", "credential", "credentials",
     "device", "devices", "einladung", "einladungen", "einmalcode", "einmalcodes", "enlace", "enlaces",
     "grant", "grants", "invitation", "invitations", "invite", "invites", "key", "keys", "link", "links",
     "login", "logins", "magic", "otp", "otps", "pairing", "pairings", "pass", "passes", "recovery",
     "refresh", "remember", "remembered", "reset", "resets", "sesion", "sesiones", "sess", "sessao",
     "session", "sessions", "sessoes", "signin", "signins", "sitzung", "sitzungen", "ticket", "tickets",
     "token", "tokens", "verification", "visit", "visits", "zugang", "zugaenge", "schluessel", "kennung",
     "anmeldung", "anmeldungen", "invito", "inviti", "jeton", "jetons", "sessione", "sessioni", "convite",
     "convites", "invitacion", "invitaciones", "sleutel", "sleutels", "sessies", "sessie", "sesja", "sesje",
     "uitnodiging", "uitnodigingen", "zaproszenie", "zaproszenia", "badge", "badges", "lien", "liens"]
)  # fmt: skip
# Of these, what is there to be used once.
ONCE = frozenset(
    ["einladung", "einladungen", "einmalcode", "einmalcodes", "invitation", "invitations", "invite",
     "invites", "link", "links", "magic", "otp", "otps", "pairing", "pairings", "recovery", "refresh",
     "reset", "resets", "verification", "invito", "inviti", "convite", "convites", "invitacion",
     "invitaciones", "enlace", "enlaces", "uitnodiging", "uitnodigingen", "zaproszenie", "zaproszenia",
     "lien", "liens"]
)  # fmt: skip
OTHER = frozenset(
    ["attempt", "attempts", "audit", "cache", "country", "coupon", "coupons", "csrf", "denied", "discount",
     "event", "events", "foreign", "gift", "history", "index", "link_click", "log", "logs", "parking",
     "postal", "promo", "promotion", "request", "requests", "revoked", "settings", "short", "voucher",
     "vouchers", "zip", "blacklist", "blacklisted", "registry", "train", "flight", "support", "issue"]
)  # fmt: skip
INSERT = re.compile(
    r"(?is)\b(?:insert|replace)\s+(?:or\s+\w+\s+)?into\s+[\"`\[]?(\w+)[\"`\]]?\s*\(([^()]*)\)"
)
WRITES = frozenset(["insert_one", "insert", "insert_many", "replace_one", "put_item"])


class Table(NamedTuple):
    """Where rows are kept. ``way``: ``model`` of an ORM, ``sql``, ``document``, ``memory``."""

    name: str
    columns: frozenset[str]
    way: str
    cls: Class | None = None

    @property
    def words(self) -> frozenset[str]:
        return frozenset(words_of(self.name))

    @property
    def lets_in(self) -> bool:
        return bool(self.words & LETS_IN) and not self.words & OTHER

    @property
    def once(self) -> bool:
        login = self.words & {"login", "signin", "anmeldung"} and self.words & {
            "code",
            "codes",
            "token",
            "tokens",
        }
        return bool(self.words & ONCE or login) and not self.words & OTHER


@once
def tables(look: Look) -> dict[str, Table]:
    """All tables of the project whose columns are seen, by what the code calls them."""
    known: dict[str, Table] = {}
    for beside in look.everywhere():
        for each in of_module(beside, beside.module):
            before = known.get(each.name)
            known[each.name] = (
                each if before is None else before._replace(columns=before.columns | each.columns)
            )
    return known


def of_module(look: Look, module: Module) -> Iterator[Table]:
    for cls in module.classes:
        if is_table(cls):
            yield Table(cls.name, frozenset(fields_of(cls)), "model", cls)
    text = module.text
    lower = text.lower()
    if "into" in lower or "create table" in lower:
        yield from of_statements(look)
    if "Table(" in text or "create_table(" in text:
        yield from of_core(look)
    if "insert_one" in text or "replace_one" in text or ".insert" in text or "] = " in text:
        yield from of_entries(look)


def fields_of(cls: Class) -> Iterator[str]:
    for each in cls.mro:
        if not isinstance(each.definition, Class):
            continue
        for node in each.definition.node.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            for target in targets:
                if isinstance(target, ast.Name) and not target.id.startswith("_") and target.id.islower():
                    yield target.id


def of_statements(look: Look) -> Iterator[Table]:
    for node in look.module.nodes_of(ast.Constant):
        if not isinstance(node.value, str) or len(node.value) < 20:
            continue
        for found in INSERT.finditer(node.value):
            names = [each.strip().strip('"`[]').lower() for each in found[2].split(",")]
            if all(re.fullmatch(r"\w+", each) for each in names):
                yield Table(found[1].lower(), frozenset(names), "sql")
        if "create" in node.value[:4000].lower():
            for text in node.value.split(";"):
                made = TABLE.match(text.strip())
                if made is not None:
                    lines = (each.strip().split(" ")[0].strip('"`').lower() for each in made[2].split(","))
                    yield Table(
                        made[1].lower(), frozenset(each for each in lines if each.isidentifier()), "sql"
                    )


def of_entries(look: Look) -> Iterator[Table]:
    """``db.links.insert_one({...})``, ``SESSIONS[sid] = {...}``, ``self.sessions[sid] = Session(...)``"""
    for node in look.module.nodes_of(ast.Call, ast.Assign):
        if isinstance(node, ast.Call) and called_function(node) in WRITES and node.args:
            base = node.func.value if isinstance(node.func, ast.Attribute) else None
            keys = keys_in(look, node.args[0])
            if base is not None and keys and called(base):
                yield Table(collection(look, base), keys, "document")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0]
            keys = keys_in(look, node.value)
            if not isinstance(target.slice, ast.Constant) and keys and called(target.value):
                yield Table(called(target.value), keys, "memory")


def of_core(look: Look) -> Iterator[Table]:
    """``sessions = Table("sessions", metadata, Column("sid", ...))``, ``op.create_table("sessions", ...)``"""
    for call in look.calls:
        name = called_function(call.node)
        if name not in {"Table", "create_table"} or not call.node.args:
            continue
        first = call.node.args[0]
        columns = frozenset(
            str(each.args[0].value)
            for each in walk(call.node)
            if isinstance(each, ast.Call) and called_function(each) == "Column" and each.args
            and isinstance(each.args[0], ast.Constant)
        )  # fmt: skip
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str) or not columns:
            continue
        above = look.module.parent_of(call.node)
        if isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Name):
            yield Table(above.targets[0].id, columns, "model")
        yield Table(first.value.lower(), columns, "sql")


def collection(look: Look, node: ast.expr) -> str:
    """What a collection is called: of ``self.rows``, which is ``db["sessions"]``, that."""
    name = called(node)
    if not LETS_IN.isdisjoint(words_of(name)) or not isinstance(node, ast.Attribute | ast.Name):
        return name
    values = [value for _, value in look.shared.set_on_attributes.get(name, ())[:4]]
    if isinstance(node, ast.Name):
        values = [one.value for one in look.scope(node).lookup(name) if one.value is not None]
    found = {given for each in values if (given := given_name(each))}
    return found.pop() if len(found) == 1 else name


def given_name(node: ast.expr) -> str:
    """``db["sessions"]``, ``db.get_collection("sessions")``, ``dynamo.Table("sessions")``"""
    if isinstance(node, ast.Call):
        named = called_function(node) in {"collection", "get_collection", "Table"} and node.args
        node = node.args[0] if named else node
    elif isinstance(node, ast.Subscript):
        node = node.slice
    text = node.value if isinstance(node, ast.Constant) else ""
    return text if isinstance(text, str) and text.isidentifier() else ""


def keys_in(look: Look, node: ast.expr) -> frozenset[str]:
    """The keys of a dictionary, or the fields of an object, that is put away."""
    if isinstance(node, ast.Name):
        bound = [each.value for each in look.scope(node).lookup(node.id) if each.kind == "assign"]
        node = bound[0] if len(bound) == 1 and bound[0] is not None else node
    if isinstance(node, ast.Dict):
        return frozenset(
            each.value for each in node.keys if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )
    if isinstance(node, ast.Tuple):
        ends = [number for number, each in enumerate(node.elts) if is_moment(each)]
        return frozenset(f"until:{number}" for number in ends[:1])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "dict":
            return frozenset(each.arg for each in node.keywords if each.arg)
        for each in look.call(node).named:
            if isinstance(each.definition, Class) and not MODEL.search(each.name):
                return frozenset(fields_of(each.definition))
    return frozenset()


def is_moment(node: ast.expr) -> bool:
    """``time.time() + 900``, ``now() + timedelta(...)``"""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Add)
        and CLOCK.search(unparsed(node)) is not None
    )


CLOCK = re.compile(r"\btime\(\)|\bmonotonic\(\)|\b(?:utc)?now\(|timedelta\(")


def is_secret(name: str) -> bool:
    """Whether a column or a variable is called as what lets in, or a digest of it."""
    return not SECRETS.isdisjoint(words_of(name))


SECRETS = frozenset(
    ["abdruck", "apikey", "bearer", "clave", "code", "codigo", "cookie", "digest", "ficha", "fingerabdruck",
     "fingerprint", "hash", "hashed", "jeton", "key", "kennung", "marke", "nonce", "schluessel", "secret",
     "selector", "sess", "session", "sid", "sleutel", "sum", "ticket", "token", "tok", "verifier", "raw",
     "empreinte", "huella", "sha256", "hexdigest", "signature", "zeichen", "bewijs", "impronta"]
)  # fmt: skip
