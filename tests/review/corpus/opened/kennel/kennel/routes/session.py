import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import bcrypt
from fastapi import APIRouter, BackgroundTasks, HTTPException, status
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ..deps import Database, Me
from ..mailing import send_way_in
from ..schemas import Address, Credentials, TabletSignIn, Token
from ..tables import Person, Ticket

router = APIRouter(prefix="/session", tags=["session"])
NOBODY = bcrypt.hashpw(secrets.token_bytes(16), bcrypt.gensalt(12)).decode()


def find(db: Session, email: str) -> Person | None:
    return db.scalar(select(Person).where(func.lower(Person.email) == email.lower()))


def issue(db: Session, who: Person) -> Token:
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    db.add(Ticket(digest=digest, person_id=who.id, until=datetime.now(UTC) + timedelta(hours=10)))
    db.commit()
    return Token(token=token)


@router.post("")
def sign_in(given: Credentials, db: Database) -> Token:
    who = find(db, given.email)
    stored = who.password if who else NOBODY
    if not bcrypt.checkpw(given.password.encode(), stored.encode()) or who is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "e-mail or password is wrong")
    return issue(db, who)


@router.post("/tablet")
def tablet(given: TabletSignIn, db: Database) -> Token:
    """Gloves on: six digits instead of the password."""
    who = find(db, given.email)
    if who is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "nobody here has this address")
    if who.pin is None or not bcrypt.checkpw(given.pin.encode(), who.pin.encode()):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "the PIN is wrong")
    return issue(db, who)


@router.post("/way-in", status_code=status.HTTP_202_ACCEPTED)
def way_in(given: Address, db: Database, later: BackgroundTasks) -> dict[str, str]:
    """A letter for who forgot the password."""
    if who := find(db, given.email):
        later.add_task(send_way_in, who.id)
    return {"message": "If we know this address, a letter is on its way."}


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
def sign_out(me: Me, db: Database) -> None:
    db.execute(delete(Ticket).where(Ticket.person_id == me.id))
    db.commit()
