from fastapi import APIRouter, HTTPException

from ..deps import Database, Me
from ..repo import Missing, Posts
from ..schemas import PostIn, PostOut, Profile

router = APIRouter(tags=["team"])
own = APIRouter(tags=["me"])


@router.get("", response_model=list[PostOut])
def team(kennel_id: int, db: Database):
    return Posts(db, kennel_id).all()


@router.put("/{post_id}", response_model=PostOut)
def change(kennel_id: int, post_id: int, given: PostIn, db: Database):
    try:
        post = Posts(db, kennel_id).get(post_id)
    except Missing:
        raise HTTPException(404, "nobody") from None
    for name, value in given.model_dump(exclude_unset=True).items():
        setattr(post, name, value)
    db.commit()
    return post


@own.patch("", status_code=204)
def profile(given: Profile, me: Me, db: Database) -> None:
    for name, value in given.model_dump(exclude_none=True).items():
        setattr(me, name, value)
    db.commit()


@own.patch("/posts/{post_id}", response_model=PostOut)
def my_post(post_id: int, given: PostIn, me: Me, db: Database):
    """Title on the badge, and size of the shirt."""
    post = next((p for p in me.posts if p.id == post_id), None)
    if post is None:
        raise HTTPException(404, "nobody")
    for name, value in given.model_dump(exclude_unset=True).items():
        setattr(post, name, value)
    db.commit()
    return post
