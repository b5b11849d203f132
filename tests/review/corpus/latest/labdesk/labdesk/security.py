import hashlib

from pyramid.authorization import Authenticated, Everyone

from .models import DBSession, Device, User


def digest(value):
    return hashlib.sha256(value.encode("utf-8")).hexdigest()


class LabSecurityPolicy(object):
    def identity(self, request):
        uid = request.session.get("uid")
        if uid is not None:
            user = DBSession.query(User).get(uid)
            if user and not user.disabled and request.session.get("epoch") == user.epoch:
                return user
            return None
        device = request.cookies.get("lab_device")
        if device:
            row = DBSession.query(Device).filter(Device.digest == digest(device)).first()
            if row is not None and not row.user.disabled:
                return row.user
        return None

    def authenticated_userid(self, request):
        user = self.identity(request)
        return user.id if user else None

    def principals(self, request):
        found = [Everyone]
        user = self.identity(request)
        if user is not None:
            found += [Authenticated, "user:%d" % user.id, "role:%s" % user.role]
        return found

    def permits(self, request, context, permission):
        return request.registry.acl.permits(context, self.principals(request), permission)

    def remember(self, request, userid, **kw):
        request.session["uid"] = userid
        return []

    def forget(self, request, **kw):
        request.session.pop("uid", None)
        return []
