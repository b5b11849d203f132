import logging
import uuid

from ninja import NinjaAPI

from .animaux import attente, dossiers, router as animaux
from .comptes import router as comptes
from .partenaires import router as partenaires

journal = logging.getLogger("cabinet.api")

api = NinjaAPI(title="Clinique des Tilleuls", version="1.4", docs_url=None)
api.add_router("/comptes", comptes)
api.add_router("/animaux", animaux)
api.add_router("/dossiers", dossiers)
api.add_router("/attente", attente)
api.add_router("/partenaires", partenaires)


@api.exception_handler(Exception)
def erreur_inattendue(request, erreur):
    numero = uuid.uuid4().hex[:8]
    journal.error("%s %s %s: %s %r", numero, request.method, request.path, erreur, dict(request.headers))
    return api.create_response(request, {"detail": f"Erreur {numero}"}, status=500)


@api.get("/sante")
def sante(request):
    return {"ok": True, "version": api.version}
