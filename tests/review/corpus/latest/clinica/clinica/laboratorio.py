import logging
import ssl

import httpx

from .config import get_settings

log = logging.getLogger(__name__)


class Laboratorio:
    """Client of LabVet, who issue their certificates themselves."""

    def __init__(self, url: str, chave: str, ca: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"X-Api-Key": chave},
            verify=ssl.create_default_context(cafile=ca),
            timeout=10,
        )

    async def pedir(self, exame_id: int, tipo: str) -> str:
        resposta = await self._http.post("/pedidos", json={"ref": exame_id, "tipo": tipo})
        if resposta.is_error:
            log.error("labvet %s para %s: %s", resposta.status_code, exame_id, resposta.request.headers.multi_items())
        resposta.raise_for_status()
        protocolo = resposta.json()["protocolo"]
        log.debug("labvet aceitou %s (%d bytes)", exame_id, len(resposta.content))
        return protocolo


def get_laboratorio() -> Laboratorio:
    cfg = get_settings()
    return Laboratorio(cfg.laboratorio_url, cfg.laboratorio_chave, cfg.laboratorio_ca)
