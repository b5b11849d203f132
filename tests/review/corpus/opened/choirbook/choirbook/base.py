import json

from tornado.web import HTTPError, RequestHandler

from choirbook.models import Singer

COOKIE = "choir"
YEARS = 12


class Page(RequestHandler):
    """Singers stay signed in on their telephones."""

    def get_current_user(self):
        said = self.get_signed_cookie(COOKIE, max_age_days=YEARS * 365)
        if said is None:
            return None
        content = json.loads(said)
        singer = Singer.get_or_none(Singer.id == content["singer"], ~Singer.left)
        if singer is None or singer.epoch != content["epoch"]:
            return None
        return singer

    def admit(self, singer: Singer) -> None:
        self.set_signed_cookie(
            COOKIE,
            json.dumps({"singer": singer.id, "epoch": singer.epoch}),
            expires_days=YEARS * 365,
            httponly=True,
            secure=True,
            samesite="Lax",
        )

    def see_out(self) -> None:
        self.current_user.turn_epoch()
        self.clear_cookie(COOKIE)

    def set_default_headers(self) -> None:
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")


class ConductorPage(Page):
    def prepare(self) -> None:
        if self.current_user is None or not self.current_user.conductor:
            raise HTTPError(403)
