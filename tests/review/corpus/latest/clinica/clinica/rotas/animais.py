import io
from typing import Annotated

import pandas
from fastapi import APIRouter, Depends, HTTPException, Response, UploadFile

from ..credenciais import etiqueta
from ..deps import Atual, Db, ala, equipe, gerente, pessoa_do_portal
from ..laboratorio import Laboratorio, get_laboratorio
from ..models import Animal, Exame, Pessoa
from ..repos import Animais
from ..schemas import AnimalOut, ExameOut

router = APIRouter(prefix="/animais", tags=["animais"])
interno = APIRouter(prefix="/interno", dependencies=[Depends(equipe)], tags=["interno"])
gestao = APIRouter(prefix="/gestao", dependencies=[Depends(gerente)], tags=["gestao"])


@router.get("")
async def listar(db: Db, atual: Atual, ordem: str = "nome") -> list[AnimalOut]:
    return [AnimalOut.model_validate(a) for a in await Animais(db).do_tutor(atual.id, ordem)]


@router.get("/{animal_id}")
async def detalhe(animal_id: int, db: Db, atual: Atual) -> AnimalOut:
    animal = await Animais(db).um(animal_id, atual.id)
    if animal is None:
        raise HTTPException(404)
    return AnimalOut.model_validate(animal)


@router.get("/exames/{exame_id}")
async def laudo(exame_id: int, db: Db, atual: Atual) -> ExameOut:
    exame = await Animais(db).exame(exame_id)
    if exame is None:
        raise HTTPException(404)
    return ExameOut.model_validate(exame)


@router.get("/portal/todos")
async def do_portal(db: Db, pessoa: Annotated[Pessoa, Depends(pessoa_do_portal)]) -> list[AnimalOut]:
    return [AnimalOut.model_validate(a) for a in await Animais(db).do_tutor(pessoa.id, "nome")]


@interno.put("/exames/{exame_id}/laudo", status_code=204)
async def escrever_laudo(exame_id: int, texto: str, db: Db) -> None:
    exame = await db.get(Exame, exame_id)
    if exame is None:
        raise HTTPException(404)
    exame.laudo = texto
    await db.commit()


@interno.get("/exames/{exame_id}/arquivo")
async def baixar(exame_id: int, db: Db) -> Response:
    exame = await db.get(Exame, exame_id)
    if exame is None or exame.arquivo is None:
        raise HTTPException(404)
    return Response(exame.arquivo, media_type="application/pdf", headers={"ETag": etiqueta(exame.arquivo)})


@interno.post("/exames/{exame_id}/curvas")
async def importar_curvas(exame_id: int, arquivo: UploadFile, db: Db) -> dict[str, float]:
    """The analyser writes frames, the older one writes text."""
    exame = await db.get(Exame, exame_id)
    if exame is None:
        raise HTTPException(404)
    conteudo = io.BytesIO(await arquivo.read())
    if (arquivo.filename or "").endswith(".csv"):
        quadro = pandas.read_csv(conteudo)
    else:
        quadro = pandas.read_pickle(conteudo)
    medias = quadro.mean(numeric_only=True).round(2).to_dict()
    exame.laudo += "".join(f"\n{nome}: {valor}" for nome, valor in medias.items())
    await db.commit()
    return medias


@interno.get("/relatorio")
async def relatorio(db: Db, especie: str, ordem: str = "total") -> list[dict]:
    return await Animais(db).relatorio(especie, ordem)


@gestao.delete("/animais/{animal_id}", status_code=204)
async def apagar(animal_id: int, db: Db) -> None:
    animal = await db.get(Animal, animal_id)
    if animal is not None:
        await db.delete(animal)
        await db.commit()


@gestao.post("/exames/{exame_id}/pedido")
async def pedir(exame_id: int, db: Db, lab: Annotated[Laboratorio, Depends(get_laboratorio)]) -> dict[str, str]:
    exame = await db.get(Exame, exame_id)
    if exame is None:
        raise HTTPException(404)
    return {"protocolo": await lab.pedir(exame.id, exame.tipo)}


@router.post("/alas/peso", status_code=202)
async def registrar_peso(gramas: int, numero: Annotated[int, Depends(ala)]) -> dict[str, int]:
    return {"ala": numero, "gramas": max(gramas, 0)}
