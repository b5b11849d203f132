import datetime as dt

import falcon

from store import Bottle, Cellar, entity_tag
from visits import signed_in


def cellar_or_404(req, number: int) -> Cellar:
    cellar = Cellar.get_or_none(Cellar.id == number, Cellar.keeper == req.context.visit.member)
    if cellar is None:
        raise falcon.HTTPNotFound()
    return cellar


def touch(cellar: Cellar) -> None:
    cellar.changed = dt.datetime.now()
    cellar.save(only=[Cellar.changed])


def as_media(bottle: Bottle) -> dict:
    return {
        "id": bottle.id,
        "label": bottle.label,
        "vintage": bottle.vintage,
        "note": bottle.note,
        "opened": bottle.opened,
    }


@falcon.before(signed_in)
class Cellars:
    def on_get(self, req, resp):
        resp.media = [{"id": c.id, "title": c.title} for c in req.context.visit.member.cellars]

    def on_post(self, req, resp):
        cellar = Cellar.create(keeper=req.context.visit.member, title=req.get_media()["title"])
        resp.media = {"id": cellar.id}
        resp.status = falcon.HTTP_201


@falcon.before(signed_in)
class CellarBottles:
    def on_get(self, req, resp, number):
        cellar = cellar_or_404(req, number)
        resp.etag = entity_tag(cellar)
        if resp.etag in (req.if_none_match or []):
            resp.status = falcon.HTTP_304
            return
        resp.media = [as_media(bottle) for bottle in cellar.bottles.order_by(Bottle.vintage)]

    def on_post(self, req, resp, number):
        cellar, form = cellar_or_404(req, number), req.get_media()
        bottle = Bottle.create(cellar=cellar, label=form["label"], vintage=form.get("vintage"))
        touch(cellar)
        resp.media = as_media(bottle)
        resp.status = falcon.HTTP_201


@falcon.before(signed_in)
class OneBottle:
    def _bottle(self, req, number: int) -> Bottle:
        bottle = Bottle.get_or_none(Bottle.id == number)
        if bottle is None or bottle.cellar.keeper != req.context.visit.member:
            raise falcon.HTTPNotFound()
        return bottle

    def on_patch(self, req, resp, number):
        bottle, form = self._bottle(req, number), req.get_media()
        for field in ("note", "opened", "vintage"):
            if field in form:
                setattr(bottle, field, form[field])
        bottle.save()
        touch(bottle.cellar)
        resp.media = as_media(bottle)

    def on_post_move(self, req, resp, number):
        bottle = self._bottle(req, number)
        target = Cellar.get_or_none(Cellar.id == req.get_media()["cellar"])
        if target is None:
            raise falcon.HTTPNotFound()
        touch(bottle.cellar)
        bottle.cellar = target
        bottle.save()
        touch(target)
        resp.media = as_media(bottle)
