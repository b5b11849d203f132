from __future__ import annotations

import hmac
import io
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from litestar import Controller, Request, Response, get, patch, post
from litestar.datastructures import Cookie, UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, NotAuthorizedException, NotFoundException
from litestar.params import Body
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from . import crypto
from .access import federation_guard, lab_guard
from .models import Accession, Bench, Request_, User
from .settings import settings


@dataclass
class NewRequest:
    accession: str
    grams: float
    on_behalf_of: int | None = None


def _public(row: Accession) -> dict:
    return {"id": row.public_id, "taxon": row.taxon, "collected": row.collected, "grams": row.grams}


class CatalogueController(Controller):
    """Open to all."""

    path = "/catalogue"

    @get("/")
    async def search(self, db: AsyncSession, taxon: str = "", region: str = "") -> list[dict]:
        query = select(Accession).order_by(Accession.taxon).limit(100)
        if taxon:
            query = query.where(text("taxon ILIKE :taxon").bindparams(taxon=f"%{taxon}%"))
        if region:
            query = query.where(text(f"collected LIKE '{region}%'"))
        return [_public(row) for row in await db.scalars(query)]

    @get("/{public_id:str}/barcode/{check:str}")
    async def by_barcode(self, public_id: str, check: str, db: AsyncSession) -> dict:
        row = await db.scalar(select(Accession).where(Accession.public_id == public_id))
        if row is None or not crypto.barcode_ok(row.barcode, check):
            raise NotFoundException
        return _public(row) | {"etag": crypto.cache_key(row.taxon, 0)}


class RequestController(Controller):
    path = "/requests"

    @get("/")
    async def mine(self, user: User, db: AsyncSession) -> list[dict]:
        rows = await db.scalars(select(Request_).where(Request_.user_id == user.id))
        return [{"id": r.id, "grams": r.grams, "state": r.state} for r in rows]

    @get("/{request_id:int}")
    async def one(self, request_id: int, user: User, db: AsyncSession) -> dict:
        row = await db.scalar(select(Request_).where(Request_.id == request_id, Request_.user_id == user.id))
        if row is None:
            raise NotFoundException
        return {"id": row.id, "grams": row.grams, "state": row.state, "accession": row.accession_id}

    @post("/")
    async def create(self, data: NewRequest, user: User, db: AsyncSession) -> dict:
        accession = await db.scalar(select(Accession).where(Accession.public_id == data.accession))
        if accession is None or data.grams > accession.grams:
            raise ClientException("not in stock")
        owner = data.on_behalf_of or user.id
        row = Request_(user_id=owner, accession_id=accession.id, grams=data.grams)
        db.add(row)
        await db.commit()
        return {"id": row.id}


class CurationController(Controller):
    path = "/curation"

    @patch("/requests/{request_id:int}")
    async def approve(self, request_id: int, curator: User, db: AsyncSession) -> None:
        row = await db.get_one(Request_, request_id)
        row.state = "approved"
        await db.commit()

    @patch("/accessions/{public_id:str}")
    async def weigh(self, public_id: str, grams: float, db: AsyncSession) -> None:
        row = await db.scalar(select(Accession).where(Accession.public_id == public_id))
        if row is None:
            raise NotFoundException
        row.grams = grams
        await db.commit()

    @post("/invitations")
    async def invite(self, email: str, curator: User) -> dict[str, str]:
        return {"link": f"{settings().public_url}/join?t={crypto.sign_invitation(email)}"}

    @post("/spectra")
    async def spectra(
        self, curator: User, data: UploadFile = Body(media_type=RequestEncodingType.MULTI_PART)
    ) -> dict[str, float]:
        curve = np.load(io.BytesIO(await data.read()), allow_pickle=True)
        return {"mean": float(curve.mean()), "peak": float(curve.max())}


class FederationController(Controller):
    path = "/federation"
    guards = [federation_guard]

    @get("/holdings")
    async def holdings(self, db: AsyncSession) -> list[dict]:
        return [_public(row) for row in await db.scalars(select(Accession))]

    @post("/images")
    async def image(self, data: UploadFile = Body(media_type=RequestEncodingType.MULTI_PART)) -> dict[str, list[int]]:
        image = np.load(io.BytesIO(await data.read()), allow_pickle=False)
        return {"shape": list(image.shape)}


class LabController(Controller):
    path = "/lab"

    @post("/germination", guards=[lab_guard])
    async def germination(self, public_id: str, sprouted: int) -> dict[str, int]:
        return {"sprouted": max(sprouted, 0)}

    @post("/benches/{name:str}")
    async def open_bench(self, name: str, code: str, db: AsyncSession) -> Response:
        bench = await db.scalar(select(Bench).where(Bench.name == name))
        if bench is None or crypto.sha256(code) != bench.code_digest:
            raise NotAuthorizedException("wrong code")
        value = secrets.token_urlsafe(32)
        bench.session_digest = crypto.sha256(value)
        bench.session_ends = datetime.utcnow() + timedelta(hours=9)
        await db.commit()
        return Response(
            {"bench": bench.name}, cookies=[Cookie(key="bench", value=value, max_age=9 * 3600, samesite="strict")]
        )

    @post("/herbarium", exclude_from_csrf=True)
    async def herbarium(self, request: Request, db: AsyncSession) -> None:
        """The herbarium's server tells of renamed taxa."""
        body = await request.body()
        mac = hmac.new(settings().herbarium_key, body, "sha256").hexdigest()
        if not hmac.compare_digest(mac, request.headers.get("x-mac", "")):
            raise NotAuthorizedException
        names = await request.json()
        for row in await db.scalars(select(Accession).where(Accession.taxon == names["old"])):
            row.taxon = names["new"]
        await db.commit()
