"""The tablet beside the boathouse door: members log their trips there."""
import hashlib
import secrets

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView

from .forms import KioskForm, TripForm
from .models import Member, Trip


def pin_value(pin):
    return hashlib.sha256(pin.encode()).hexdigest()


def chip_value(key):
    return hashlib.sha256(key.encode()).hexdigest()


def issue_chip(member):
    """The key is written to the chip on the member's key ring, and nowhere else."""
    key = secrets.token_hex(16)
    member.chip = chip_value(key)
    member.save(update_fields=["chip"])
    return key


class KioskSignIn(FormView):
    form_class = KioskForm
    template_name = "kiosk.html"

    def form_valid(self, form):
        data = form.cleaned_data
        member = Member.objects.filter(number=data["number"], pin=pin_value(data["pin"])).first()
        if member is None:
            form.add_error(None, "Nummer oder PIN stimmt nicht.")
            return self.form_invalid(form)
        self.request.session["kiosk_member"] = member.pk
        self.request.session.set_expiry(settings.KIOSK_MINUTES * 60)
        return redirect("kiosk-trip")


class ChipSignIn(View):
    def post(self, request):
        member = Member.objects.filter(chip=chip_value(request.POST.get("chip", ""))).first()
        if member is None:
            return render(request, "kiosk.html", {"chip_unknown": True}, status=403)
        request.session.flush()
        request.session["kiosk_member"] = member.pk
        request.session.set_expiry(settings.KIOSK_MINUTES * 60)
        return redirect("kiosk-trip")


@method_decorator(csrf_exempt, name="dispatch")
class LogTrip(View):
    def dispatch(self, request, *args, **kwargs):
        self.member = Member.objects.filter(pk=request.session.get("kiosk_member")).first()
        if self.member is None:
            return redirect("kiosk")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return render(request, "kiosk_trip.html", {"form": TripForm()})

    def post(self, request):
        form = TripForm(request.POST)
        if not form.is_valid():
            return render(request, "kiosk_trip.html", {"form": form})
        Trip.objects.create(member=self.member, **form.cleaned_data)
        return redirect("kiosk-trip")
