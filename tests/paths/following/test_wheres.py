"""What a query asks for besides the key."""

from __future__ import annotations

import ast

import pytest

from rescind.paths.following.wheres import chain, of_query, of_statement


def is_key(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "Key"


def wheres(source: str) -> set[tuple[str, bool | None]]:
    """Of the call that `source` is, seen from the call in it that is named ``found``."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    (start,) = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "found"
    ]
    return {(each.name, each.truth) for each in of_query(chain(start, parents.get), is_key)}


@pytest.mark.parametrize(
    ("asked", "flags"),
    [
        ("found().filter(Key.k == k, Key.revoked == False).first()", {("revoked", False)}),
        ("found().where(Key.revoked.is_(False)).where(Key.active)", {("revoked", False), ("active", True)}),
        ("found().where(~Key.revoked, Key.ended_at.is_(None))", {("revoked", False), ("ended_at", False)}),
        ("found().where(not_(Key.revoked), Key.ended_at == None)", {("revoked", False), ("ended_at", False)}),
        ("found().where(and_(Key.k == k, Key.active.is_(true())))", {("active", True)}),
        ("found().where((Key.k == k) & Key.active.is_not(False))", {("active", True)}),
        ("found().where(Key.active != False, Key.at.isnot(None))", {("active", True), ("at", True)}),
        ("found().where(Key.state == 'active')", {("state", None)}),
        ("found().filter_by(k=k, revoked=False)", {("revoked", False)}),
        ("found().get(k=k, revoked_at__isnull=True)", {("revoked_at", False)}),
        ("found().exclude(revoked=True).get(k=k)", {("revoked", False)}),
        ("found(k)", set()),
        ("found().where(Key.k == k)", set()),
        ("found().where(or_(Key.revoked == False, Key.old))", set()),
        ("found().where((Key.revoked == False) | Key.old)", set()),
        ("found().where(User.active)", set()),
        ("found().where(Key.revoked == flag, Key.revoked.is_(flag))", set()),
        ("found().where(Key.state != 'ended')", set()),
        ("found().where(Key.level > 3, Key.revoked.in_([False]))", set()),
        ("found().exclude(revoked=True, old=False)", set()),
        ("found().filter(name__startswith=None, label='')", set()),
        ("found().join(User).filter_by(active=True)", set()),
        ("other(Key.revoked == False, found())", set()),
    ],
)
def test_of_query(asked: str, flags: set[tuple[str, bool | None]]) -> None:
    assert wheres(asked) == flags


@pytest.mark.parametrize(
    ("asked", "flags"),
    [
        ("SELECT * FROM keys WHERE k = ? AND revoked = 0", {("revoked", False)}),
        ("select * from keys k where k.id = %s and not k.revoked limit 1", {("revoked", False)}),
        ("SELECT 1 FROM keys WHERE k = :k\n AND ended_at IS NULL;", {("ended_at", False)}),
        ("SELECT 1 FROM keys WHERE active AND seen IS NOT NULL", {("active", True), ("seen", True)}),
        ("SELECT 1 FROM keys WHERE k = ?", set()),
        ("SELECT 1 FROM keys", set()),
        ("SELECT 1 FROM keys WHERE k = ? OR revoked = 0", set()),
        ("SELECT 1 FROM keys JOIN users USING (id) WHERE k = ? AND active = 1", set()),
        ("SELECT 1 FROM keys WHERE k = ? AND active = ?", set()),
        ("SELECT 1 FROM keys WHERE k = ? AND state <> 0 AND level > 1", set()),
        ("SELECT 1 FROM keys WHERE k IN (SELECT k FROM old WHERE active = 1)", set()),
    ],
)  # fmt: skip
def test_of_statement(asked: str, flags: set[tuple[str, bool | None]]) -> None:
    assert {(each.name, each.truth) for each in of_statement(asked)} == flags
