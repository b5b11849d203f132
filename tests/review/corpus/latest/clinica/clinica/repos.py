from collections.abc import Sequence

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from .models import Animal, Exame, Pessoa, Renovacao

ORDENS = {"nome": Animal.nome, "especie": Animal.especie, "nascimento": Animal.nascimento.desc()}


class Pessoas:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def por_email(self, email: str) -> Pessoa | None:
        return await self.db.scalar(select(Pessoa).where(Pessoa.email == email.lower()))

    async def encerrar_sessoes(self, pessoa_id: int) -> None:
        await self.db.execute(delete(Renovacao).where(Renovacao.pessoa_id == pessoa_id))


class Animais:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db

    async def do_tutor(self, tutor_id: int, ordem: str) -> Sequence[Animal]:
        consulta = select(Animal).where(Animal.tutor_id == tutor_id)
        consulta = consulta.order_by(ORDENS.get(ordem, Animal.nome))
        return (await self.db.scalars(consulta)).all()

    async def um(self, animal_id: int, tutor_id: int) -> Animal | None:
        return await self.db.scalar(select(Animal).where(Animal.id == animal_id, Animal.tutor_id == tutor_id))

    async def exame(self, exame_id: int) -> Exame | None:
        return await self.db.get(Exame, exame_id)

    async def relatorio(self, especie: str, ordem: str) -> list[dict]:
        sql = "SELECT a.especie, e.tipo, count(*) AS total FROM exames e JOIN animais a ON a.id = e.animal_id"
        sql += " WHERE a.especie = :especie GROUP BY a.especie, e.tipo"
        sql += " ORDER BY " + ordem
        linhas = await self.db.execute(text(sql), {"especie": especie})
        return [dict(linha._mapping) for linha in linhas]
