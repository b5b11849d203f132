from fastapi import Depends, FastAPI

from app.deps import warden
from app.routes import office, signin, stays, wardens

app = FastAPI(title="Snowline huts")
app.include_router(signin.router)
app.include_router(stays.router)
app.include_router(wardens.router, prefix="/wardens", dependencies=[Depends(warden)])
app.include_router(office.router)
