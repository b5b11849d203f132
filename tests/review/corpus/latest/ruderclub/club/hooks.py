import hashlib
import hmac
import json
import logging

from django.conf import settings
from django.http import HttpResponse, HttpResponseForbidden
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from .models import Fee

log = logging.getLogger(__name__)


@method_decorator(csrf_exempt, name="dispatch")
class BankHook(View):
    """The bank signs the body with the key we agreed on."""

    def post(self, request):
        sent = request.headers.get("X-Bank-Signature", "")
        mac = hmac.new(settings.BANK_HOOK_KEY.encode(), request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(mac.encode(), sent.encode()):
            log.warning("bank hook refused, signature of %d characters", len(sent))
            return HttpResponseForbidden()
        entry = json.loads(request.body)
        updated = Fee.objects.filter(reference=entry["reference"], cents=entry["cents"]).update(paid=True)
        if not updated:
            log.warning("no fee for %s", entry["reference"])
        return HttpResponse(status=204)
