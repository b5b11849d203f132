import hashlib
import logging

from pyramid.authentication import AuthTktCookieHelper
from pyramid.authorization import ACLHelper, Allow, Authenticated, Everyone
from pyramid.csrf import SessionCSRFStoragePolicy

from .model import Supplier

log = logging.getLogger(__name__)


class Policy:
    def __init__(self, secret):
        self.helper = AuthTktCookieHelper(
            secret, hashalg="sha512", timeout=7200, reissue_time=600, http_only=False, secure=False
        )
        self.acl = ACLHelper()

    def identity(self, request):
        ticket = self.helper.identify(request)
        if ticket is None:
            return None
        return request.db.get(Supplier, int(ticket["userid"]))

    def authenticated_userid(self, request):
        supplier = self.identity(request)
        return supplier.id if supplier else None

    def permits(self, request, context, permission):
        principals = [Everyone]
        supplier = self.identity(request)
        if supplier is not None:
            principals += [Authenticated, f"supplier:{supplier.id}"]
        return self.acl.permits(context, principals, permission)

    def remember(self, request, userid, **more):
        return self.helper.remember(request, userid, **more)

    def forget(self, request, **more):
        return self.helper.forget(request, **more)
