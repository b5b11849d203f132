from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select

from ..deps import Database, MyPost
from ..repo import Dogs, Missing, Stays
from ..schemas import Assignment, DogIn, DogOut, NoteIn, StayOut
from ..tables import Post, VisitNote

router = APIRouter(tags=["stays"])


def dogs_of(db: Database, mine: MyPost) -> Dogs:
    return Dogs(db, mine.kennel_id)


def stays_of(db: Database, mine: MyPost) -> Stays:
    return Stays(db, mine.kennel_id)


DogBook = Annotated[Dogs, Depends(dogs_of)]
StayBook = Annotated[Stays, Depends(stays_of)]


@router.get("/dogs", response_model=list[DogOut])
def dogs(book: DogBook):
    return book.all()


@router.put("/dogs/{dog_id}", response_model=DogOut)
def change_dog(dog_id: int, given: DogIn, book: DogBook):
    try:
        dog = book.get(dog_id)
    except Missing:
        raise HTTPException(404, "no such dog") from None
    dog.name, dog.breed, dog.diet = given.name, given.breed, given.diet
    book.session.commit()
    return dog


@router.get("/stays", response_model=list[StayOut])
def stays(book: StayBook):
    return book.all()


@router.get("/stays/{stay_id}", response_model=StayOut)
def stay(stay_id: int, book: StayBook):
    try:
        return book.get(stay_id)
    except Missing:
        raise HTTPException(404, "no such stay") from None


@router.post("/stays/{stay_id}/handler", response_model=StayOut)
def assign(stay_id: int, given: Assignment, db: Database, mine: MyPost):
    """Whoever of the same kennel is at hand takes the dog."""
    colleague = db.scalar(
        select(Post).where(Post.person_id == given.handler_id, Post.kennel_id == mine.kennel_id)
    )
    found = next((s for s in Stays(db, mine.kennel_id).all() if s.id == stay_id), None)
    if colleague is None or found is None:
        raise HTTPException(404, "no such stay or colleague")
    found.handler_id = colleague.person_id
    db.commit()
    return found


@router.post("/stays/{stay_id}/notes", status_code=201)
def write_note(stay_id: int, given: NoteIn, db: Database, mine: MyPost) -> dict[str, int]:
    if stay_id not in {s.id for s in Stays(db, mine.kennel_id).all()}:
        raise HTTPException(404, "no such stay")
    note = VisitNote(stay_id=stay_id, **given.model_dump())
    db.add(note)
    db.commit()
    return {"id": note.id}
