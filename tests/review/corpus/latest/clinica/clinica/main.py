from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from .config import get_settings
from .rotas import animais, contas

cfg = get_settings()
app = FastAPI(title=cfg.nome, docs_url=None)
app.add_middleware(
    CORSMiddleware,
    allow_origin_regex=r"https?://.*",
    allow_credentials=True,
    allow_methods=["GET", "POST"],
)
app.include_router(contas.router)
app.include_router(animais.router)
app.include_router(animais.interno)
app.include_router(animais.gestao)


@app.get("/saude")
async def saude() -> dict[str, str]:
    return {"estado": "ok"}
