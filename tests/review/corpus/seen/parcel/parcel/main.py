from contextlib import asynccontextmanager

import asyncpg
from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from parcel.routers import admin, auth, internal, shipments
from parcel.security import current_admin
from parcel.settings import get_settings


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool(get_settings().database_url)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)
app.add_middleware(
    CORSMiddleware,
    allow_origins=get_settings().cors_origins,
    allow_credentials=True,
    allow_methods=["*"],
)
app.include_router(auth.router)
app.include_router(shipments.router)
app.include_router(internal.router)
app.include_router(admin.router, dependencies=[Depends(current_admin)])


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
