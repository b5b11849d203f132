import random
from datetime import datetime

from tornado.web import HTTPError, authenticated

from choirbook.base import ConductorPage, Page
from choirbook.models import Rehearsal, Singer


class Home(Page):
    @authenticated
    def get(self):
        coming = Rehearsal.select().where(Rehearsal.starts > datetime.utcnow()).order_by(Rehearsal.starts)
        self.render("home.html", rehearsals=coming, singer=self.current_user)


class Rehearsals(ConductorPage):
    def post(self):
        starts = datetime.fromisoformat(self.get_body_argument("starts"))
        Rehearsal.create(starts=starts, place=self.get_body_argument("place")[:120])
        self.redirect("/")


class Seating(Page):
    """Who sits where; another order for each rehearsal, the same for all who look."""

    @authenticated
    def get(self, rehearsal_id):
        rehearsal = Rehearsal.get_or_none(Rehearsal.id == int(rehearsal_id))
        if rehearsal is None:
            raise HTTPError(404)
        rows = {}
        for voice in "SATB":
            names = [s.name for s in Singer.select().where(Singer.voice == voice, ~Singer.left).order_by(Singer.id)]
            random.Random(rehearsal.id).shuffle(names)
            rows[voice] = names
        self.write(rows)
