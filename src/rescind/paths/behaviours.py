"""Behaviours in words, and what kind of thing a credential is."""

from __future__ import annotations

import ast
from math import isinf

from rescind.paths.following import Check
from rescind.paths.following.facts import At
from rescind.paths.following.known import DECODERS
from rescind.paths.lifetimes import Life
from rescind.paths.model import Behaviour, Evidence, Mechanism
from rescind.paths.story import Story
from rescind.reading.nodes import walk

WORDS = {
    "sign_out": "signing out", "disable": "disabling the account", "password": "changing the password",
}  # fmt: skip


def mechanism_of(story: Story) -> Mechanism:
    kind = story.source.partition(":")[0]
    if (
        kind in {"query", "path"}
        and story.decodes
        and not any(each.name in DECODERS for each in story.decodes)
    ):
        return "signed_url"
    if story.decodes:
        return "jwt_cookie" if "cookie" in {kind, *(each.carried for each in story.decodes)} else "jwt"
    if kind in {"session", "remember"}:
        return "session_signed_cookie" if kind == "session" else "remember_cookie"
    if kind == "basic":
        return "basic"
    stores = {lookup.kind for _, lookup in story.lookups if any(key.kind == "raw" for key in lookup.keys)}
    if stores and kind == "cookie":
        return "session_db" if "database" in stores else "session_cache"
    if stores and kind == "path":
        return "capability_url"
    if stores:
        return "oauth_bearer" if kind == "bearer" else "api_key"
    if any(each.kind == "equal" and each.row < 0 for each in story.checks):
        return "static_key"
    return "unknown"


def weaker(natural: Behaviour, kind: str, offered: bool) -> Behaviour:
    said = (
        f"{WORDS[kind]} changes nothing that is looked at"
        if offered
        else f"nothing here is about {WORDS[kind]}"
    )
    return Behaviour(natural.kind, f"{said}; {natural.why}", natural.seconds)


def lasting(life: Life, why: str) -> Behaviour:
    if life.seconds is None:
        return Behaviour("expiry", f"{why} a time that is not known here")
    if isinf(life.seconds):
        return Behaviour("never", f"{why} ever")
    return Behaviour("expiry", f"{why} {life.seconds:,.0f} s", life.seconds)


def constants(check: Check) -> set[str]:
    node = check.at.node
    return {
        str(each.value) for each in walk(node) if isinstance(each, ast.Constant) and each.value != check.name
    }


def short(store: str) -> str:
    return store.rpartition(".")[2] or store


def where(at: At) -> str:
    return f"{at.module.file}:{getattr(at.node, 'lineno', 1)}"


def evidence(at: At, note: str) -> Evidence:
    return Evidence(at.module.file, getattr(at.node, "lineno", 1), note)
