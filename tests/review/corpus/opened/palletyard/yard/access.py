"""Who may do what. Views get ``request.ctx.worker`` from these."""

from functools import wraps

from sanic import Request
from sanic.exceptions import Forbidden, NotFound, Unauthorized

from yard.visits import hashed


def signed_in(view):
    @wraps(view)
    async def wrapper(request: Request, *args, **kwargs):
        visit = request.ctx.visit
        if visit is None or "worker" not in visit:
            raise Unauthorized("Please sign in.")
        request.ctx.worker = visit["worker"]
        return await view(request, *args, **kwargs)

    return wrapper


def duty(name: str):
    def decorate(view):
        @signed_in
        @wraps(view)
        async def wrapper(request: Request, *args, **kwargs):
            if name not in request.ctx.visit["duties"]:
                raise Forbidden(f"This needs the duty {name}.")
            return await view(request, *args, **kwargs)

        return wrapper

    return decorate


def company_of(request: Request) -> str:
    """Dispatchers of a group choose the company above the list; the others have one only."""
    return request.headers.get("x-company") or request.ctx.visit["company"]


async def chosen_company(request: Request) -> str:
    wanted = request.headers.get("x-company")
    own = request.ctx.visit["company"]
    if not wanted or wanted == own:
        return own
    group = await request.app.ctx.db.groups.find_one({"companies": {"$all": [own, wanted]}, "shared": True})
    if group is None:
        raise NotFound("No such company.")
    return wanted


async def carrier_of(request: Request) -> dict:
    """Lorries of carriers announce themselves with the key that their office was given."""
    carrier = await request.app.ctx.db.carriers.find_one({"key": hashed(request.token or "")})
    if carrier is None:
        raise Unauthorized("Unknown carrier.")
    return carrier
