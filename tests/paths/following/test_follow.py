"""What is followed once for many endpoints."""

from __future__ import annotations

from pathlib import Path

from rescind.paths.following import Begun, Facts, Follower
from rescind.reading import Function, Project, read

SHOP = """
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

scheme, TOKENS, USERS, ORDERS = OAuth2PasswordBearer(tokenUrl="login"), {}, {}, {}

def token_of(token=Depends(scheme)):
    if token not in TOKENS: raise HTTPException(401)
    return TOKENS[token]

def user_of(token=Depends(token_of)):
    user = USERS.get(token)
    if user is None: raise HTTPException(401)
    return user

def me(user=Depends(user_of)): return user
def orders(user=Depends(user_of), token=Depends(token_of)): return ORDERS[token], ORDERS[user.name]
def other(token=Depends(token_of), user=Depends(user_of)): return ORDERS[user.name]
def sign_out(token=Depends(token_of)): del TOKENS[token]
def again(user=Depends(user_of)): return user.name
def round_about(user=Depends(user_of), me=Depends(turning)): return me
def turning(user=Depends(round_about), token=Depends(scheme)): return ORDERS[token]
def also(user=Depends(round_about)): return user
"""


def followed(
    project: Project, function: Function, begun: dict[Function, Begun] | None
) -> tuple[Facts, object]:
    follower = Follower(project, begun=begun)
    returned = follower.follow(function)
    return follower.facts, returned


def test_a_dependency_that_is_followed_once_says_the_same_of_each_endpoint(tmp_path: Path) -> None:
    """Caught: facts that are not copied, so that one endpoint adds to those of another, and those of a
    dependency that leads back to the endpoint."""
    (tmp_path / "shop.py").write_text(SHOP)
    project = read(tmp_path)
    (module,) = project.modules
    named = {each.name: each for each in module.functions}
    endpoints = [named[each] for each in "me orders other sign_out again also turning me".split()]
    for order in (endpoints, endpoints[::-1]):
        begun: dict[Function, Begun] = {}
        together = [followed(project, each, begun) for each in order]
        assert {named["user_of"], named["token_of"]} <= begun.keys()
        assert together == [followed(project, each, None) for each in order]
