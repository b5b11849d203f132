from fastapi import Depends, FastAPI

from .deps import manager
from .routes import billing, session, stays, team

app = FastAPI(title="Kennel book", docs_url=None, redoc_url=None)
app.include_router(session.router)
app.include_router(stays.router, prefix="/k/{kennel_id}")
app.include_router(team.router, prefix="/k/{kennel_id}/team", dependencies=[Depends(manager)])
app.include_router(team.own, prefix="/me")
app.include_router(billing.router, prefix="/billing")


@app.get("/health")
def health() -> dict[str, str]:
    return {"state": "up"}
