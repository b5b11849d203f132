import hashlib
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select
from sqlalchemy.orm import Session

from .tables import Person, Post, Ticket, database

bearer = HTTPBearer()
Database = Annotated[Session, Depends(database)]


def person(db: Database, given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> Person:
    digest = hashlib.sha256(given.credentials.encode()).hexdigest()
    found = db.scalar(select(Ticket).where(Ticket.digest == digest, Ticket.until > datetime.now(UTC)))
    if found is None:
        raise HTTPException(401, "sign in first")
    return found.person


Me = Annotated[Person, Depends(person)]


def post(db: Database, me: Me, kennel_id: int) -> Post:
    """My place in the kennel of the path."""
    found = db.scalar(select(Post).where(Post.person_id == me.id, Post.kennel_id == kennel_id))
    if found is None:
        raise HTTPException(404, "no such kennel")
    return found


MyPost = Annotated[Post, Depends(post)]


def manager(mine: MyPost) -> Post:
    if mine.role != "manager":
        raise HTTPException(403, "managers only")
    return mine


def billed_kennel(db: Database, me: Me, x_kennel: Annotated[int, Header()]) -> int:
    """The app of the accountants names the kennel in a header; they may look after several."""
    mine = db.scalars(select(Post.kennel_id).where(Post.person_id == me.id, Post.role == "manager"))
    if x_kennel not in set(mine):
        raise HTTPException(404, "no such kennel")
    return x_kennel


def reported_kennel(me: Me, x_kennel: Annotated[int | None, Header()] = None) -> int:
    """For reports, where the first kennel is meant when none is named."""
    if x_kennel is not None:
        return x_kennel
    if not me.posts:
        raise HTTPException(404, "no such kennel")
    return me.posts[0].kennel_id
