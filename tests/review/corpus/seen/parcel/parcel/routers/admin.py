from fastapi import APIRouter, Request
from pydantic import BaseModel

router = APIRouter(prefix="/admin")


class Suspension(BaseModel):
    user_id: int
    reason: str


@router.post("/suspend")
async def suspend(request: Request, order: Suspension) -> dict:
    await request.app.state.pool.execute("UPDATE users SET active = false WHERE id = $1", order.user_id)
    return {"suspended": order.user_id}
