from functools import wraps

from sanic.exceptions import Forbidden, Unauthorized

from . import sessions
from .modeles import Exposant, Placier


def exposant_requis(vue):
    @wraps(vue)
    async def interne(request, *args, **kwargs):
        donnees = await sessions.lire(request.cookies.get("panier"))
        exposant = await Exposant.get_or_none(id=donnees.get("exposant", 0))
        if exposant is None:
            raise Unauthorized("Veuillez vous connecter.")
        request.ctx.exposant = exposant
        return await vue(request, *args, **kwargs)

    return interne


async def placier_requis(request):
    """Pour tout le groupe de routes des placiers."""
    if request.path.endswith("/service"):
        return
    numero = await sessions.placier_en_service(request.cookies.get("service"))
    placier = await Placier.get_or_none(id=numero or 0)
    if placier is None:
        raise Unauthorized("Service non ouvert.")
    request.ctx.placier = placier


def chef_requis(vue):
    @wraps(vue)
    async def interne(request, *args, **kwargs):
        if not request.ctx.placier.chef:
            raise Forbidden("Réservé au chef de service.")
        return await vue(request, *args, **kwargs)

    return interne
