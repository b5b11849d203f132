from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import func, select

from ..deps import Database, billed_kennel, person, reported_kennel
from ..repo import Bills, Missing
from ..schemas import BillOut
from ..tables import Bill

router = APIRouter(tags=["billing"])


@router.get("", response_model=list[BillOut])
def bills(db: Database, kennel: Annotated[int, Depends(billed_kennel)]):
    return Bills(db, kennel).all()


@router.get("/turnover")
def turnover(db: Database, kennel: Annotated[int, Depends(reported_kennel)]) -> dict[str, int]:
    total = db.scalar(select(func.sum(Bill.cents)).where(Bill.kennel_id == kennel, ~Bill.refunded))
    return {"cents": total or 0}


@router.get("/prices", dependencies=[Depends(person)])
def prices() -> dict[str, int]:
    return {"night": 2900, "bath": 1500, "walk": 800}


@router.delete("/{bill_id}", status_code=204)
def discard(bill_id: int, db: Database, kennel: Annotated[int, Depends(billed_kennel)]) -> None:
    try:
        Bills(db, kennel).remove(bill_id)
    except Missing:
        raise HTTPException(404, "no such bill") from None


@router.post("/{bill_id}/refund", response_model=BillOut)
def refund(bill_id: int, db: Database):
    bill = db.get(Bill, bill_id)
    if bill is None or bill.refunded:
        raise HTTPException(404, "no such bill")
    bill.refunded = True
    db.commit()
    return bill
