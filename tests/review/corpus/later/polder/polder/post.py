from __future__ import annotations

import logging

import httpx

log = logging.getLogger("polder.post")


async def verstuur(adres: str, link: str) -> None:
    async with httpx.AsyncClient(timeout=10) as client:
        antwoord = await client.post("https://post.polder.example/bericht", json={"aan": adres, "link": link})
    log.info("bericht: %s", antwoord.status_code)


async def verstuur_sms(nummer: str, code: str) -> None:
    log.info("sms aan %s: %s", nummer, code)
    async with httpx.AsyncClient(timeout=10) as client:
        await client.post("https://post.polder.example/sms", json={"aan": nummer, "tekst": f"Uw code: {code}"})
