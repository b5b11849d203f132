import falcon

from store import VISIT, Remembered, Visit, db

TICKET = "cellarbook_ticket"
REMEMBER = "cellarbook_remember"
ONE_YEAR = 365 * 24 * 3600


def hand_out(resp: falcon.Response, ticket: str) -> None:
    resp.set_cookie(
        TICKET,
        ticket,
        max_age=int(VISIT.total_seconds()),
        path="/",
        secure=True,
        http_only=True,
        same_site="Strict",
    )


def remember(resp: falcon.Response, member) -> None:
    resp.set_cookie(
        REMEMBER,
        Remembered.issue(member),
        max_age=ONE_YEAR,
        path="/",
        secure=True,
        http_only=True,
        same_site="Strict",
    )


def welcome(req: falcon.Request, resp: falcon.Response, member) -> None:
    """The visit of before is over; a new one begins, and it is the member's."""
    req.context.visit.delete_instance()
    req.context.visit, ticket = Visit.begin(member)
    hand_out(resp, ticket)


def signed_in(req, resp, resource, params) -> None:
    if req.context.visit.member is None:
        raise falcon.HTTPUnauthorized(title="Please sign in")


class Database:
    def process_request(self, req, resp):
        db.connect(reuse_if_open=True)

    def process_response(self, req, resp, resource, succeeded):
        if not db.is_closed():
            db.close()


class Visits:
    def process_request(self, req, resp):
        ticket = req.cookies.get(TICKET)
        req.context.visit = Visit.of(ticket) if ticket else None
        if req.context.visit is None:
            self._open(req, resp)

    def _open(self, req, resp):
        series = req.cookies.get(REMEMBER)
        member = Remembered.recognise(series) if series else None
        req.context.visit, ticket = Visit.begin(member)
        hand_out(resp, ticket)
