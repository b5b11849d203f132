from __future__ import annotations

import csv
import datetime as dt
import hmac
import json

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import ListView

from .models import Lot, Reading, Terminal

exports = signing.TimestampSigner(key=settings.EXPORT_KEY, salt="lots.export")


class FloorView(LoginRequiredMixin, ListView):
    template_name = "lots/floor.html"
    paginate_by = 50

    def get_queryset(self):
        return Lot.objects.visible_to(self.request.user).order_by("-harvest", "reference")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["ticket"] = exports.sign(str(self.request.user.cooperative_id))
        return context


class ExportView(View):
    """A ticket is good for a quarter of an hour, for the spreadsheet that fetches it."""

    def get(self, request: HttpRequest, ticket: str) -> HttpResponse:
        try:
            cooperative = exports.unsign(ticket, max_age=dt.timedelta(minutes=15))
        except signing.BadSignature as error:
            raise Http404 from error
        response = HttpResponse(content_type="text/csv")
        writer = csv.writer(response)
        for lot in Lot.objects.filter(cooperative_id=int(cooperative)):
            writer.writerow([lot.reference, lot.crop, lot.harvest, lot.tonnes])
        return response


@method_decorator(csrf_exempt, name="dispatch")
class ScaleReadingView(View):
    def post(self, request: HttpRequest) -> HttpResponse:
        mac = hmac.new(settings.SCALE_KEY.encode(), request.body, "sha256").hexdigest()
        if not hmac.compare_digest(mac, request.headers.get("X-Scale-Signature", "")):
            return HttpResponseForbidden()
        sent = json.loads(request.body)
        terminal = get_object_or_404(Terminal, pk=sent["terminal"])
        Reading.objects.create(terminal=terminal, kilograms=int(sent["kg"]), taken_at=timezone.now())
        return JsonResponse({"stored": True}, status=201)


class TerminalUnlockView(LoginRequiredMixin, View):
    def post(self, request: HttpRequest) -> HttpResponse:
        terminal = get_object_or_404(
            Terminal, pk=request.POST.get("terminal"), cooperative_id=request.user.cooperative_id
        )
        if not terminal.check_pin(request.POST.get("pin", "")):
            return HttpResponseForbidden("wrong PIN")
        terminal.unlocked_until = timezone.now() + dt.timedelta(minutes=20)
        terminal.save(update_fields=["unlocked_until"])
        return JsonResponse({"until": terminal.unlocked_until.isoformat()})
