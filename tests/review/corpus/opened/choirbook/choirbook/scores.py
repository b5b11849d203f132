from tornado.web import HTTPError, authenticated

from choirbook.base import ConductorPage, Page
from choirbook.models import Score


class Scores(ConductorPage):
    def post(self):
        (upload,) = self.request.files["pdf"]
        if not upload.body.startswith(b"%PDF"):
            raise HTTPError(400)
        voice = self.get_body_argument("voice", None)
        Score.create(title=self.get_body_argument("title")[:200], voice=voice or None, pdf=upload.body)
        self.redirect("/")


class OneScore(Page):
    @authenticated
    def get(self, score_id):
        score = Score.get_or_none(Score.id == int(score_id))
        if score is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "application/pdf")
        self.finish(bytes(score.pdf))
