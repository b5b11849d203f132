from bson import ObjectId
from pyramid.authentication import SessionAuthenticationHelper
from pyramid.authorization import ACLHelper, Allow, Authenticated, Everyone


class Root:
    __acl__ = [
        (Allow, Authenticated, "garden"),
        (Allow, "office:treasurer", ("garden", "ledger")),
        (Allow, "office:chair", ("garden", "ledger", "allocate")),
    ]

    def __init__(self, request):
        self.request = request


class Gate:
    def __init__(self):
        self.helper = SessionAuthenticationHelper()
        self.acl = ACLHelper()

    def identity(self, request):
        number = self.helper.authenticated_userid(request)
        if number is None:
            return None
        member = request.db.members.find_one({"_id": ObjectId(number), "left": {"$exists": False}})
        if member is None or request.session.get("epoch") != member.get("epoch", 0):
            return None
        return member

    def authenticated_userid(self, request):
        member = request.identity
        return str(member["_id"]) if member else None

    def permits(self, request, context, permission):
        principals = [Everyone]
        if member := request.identity:
            principals += [Authenticated, *(f"office:{office}" for office in member.get("offices", ()))]
        return self.acl.permits(context, principals, permission)

    def remember(self, request, userid, epoch=0, **kw):
        """With the count of the member's passwords: another password ends the session."""
        request.session["epoch"] = epoch
        return self.helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self.helper.forget(request, **kw)
