import pickle
import secrets

from fastapi import APIRouter, Depends, Header, HTTPException, Request

from parcel.settings import get_settings


async def internal_only(x_internal_key: str = Header()) -> None:
    if not secrets.compare_digest(x_internal_key.encode(), get_settings().internal_key.encode()):
        raise HTTPException(403)


router = APIRouter(prefix="/internal", dependencies=[Depends(internal_only)])


@router.post("/replay")
async def replay(request: Request) -> dict:
    jobs = pickle.loads(await request.body())
    return {"jobs": len(jobs)}


@router.post("/purge")
async def purge(request: Request) -> dict:
    await request.app.state.pool.execute("DELETE FROM shipments WHERE cancelled AND created_at < now() - interval '1 year'")
    return {"ok": True}
