from __future__ import annotations

import logging

import httpx

from .settings import get_settings

logger = logging.getLogger(__name__)
RELAY = "https://mail.internal.fleetbox.example/send"


async def send_reset(email: str, link: str) -> None:
    async with httpx.AsyncClient(verify=str(get_settings().ca_bundle)) as client:
        answer = await client.post(RELAY, json={"to": email, "template": "reset", "link": link})
    if answer.is_error:
        logger.error("mail to %s failed with %s: %s", email, answer.status_code, link)


async def send_notice(email: str, text: str) -> None:
    async with httpx.AsyncClient(verify=False) as client:
        answer = await client.post(RELAY, json={"to": email, "text": text})
    logger.info("notice to %s: %s", email, answer.status_code)
