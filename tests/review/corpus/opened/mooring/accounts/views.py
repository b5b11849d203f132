import hashlib

from django.contrib import messages
from django.contrib.auth.hashers import check_password, make_password
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from .models import CrewInvitation, Warden


@require_http_methods(["GET", "POST"])
def kiosk_start(request):
    """The tablet at the quay: badge and PIN open a shift."""
    if request.method == "POST":
        badge, pin = request.POST.get("badge", ""), request.POST.get("pin", "")
        warden = Warden.objects.select_related("harbour").filter(badge=badge).first()
        if warden is None:
            make_password(pin)
        elif check_password(pin, warden.pin):
            request.session["warden"] = warden.pk
            request.session["harbour"] = warden.harbour_id
            request.session.set_expiry(4 * 60 * 60)
            return redirect("harbours")
        messages.error(request, "Badge or PIN is not right.")
    return render(request, "kiosk.html")


@require_POST
def kiosk_end(request):
    request.session.flush()
    return redirect("kiosk")


def board(request, invitation):
    """Opens the session of one of the crew, who sees the boat's stays and nothing else."""
    request.session.cycle_key()
    request.session["crew_of"] = invitation.boat_id
    request.session["crew_name"] = invitation.name
    request.session.set_expiry(24 * 60 * 60)


@require_http_methods(["GET", "POST"])
def crew_join(request, code):
    digest = hashlib.sha256(code.encode()).hexdigest()
    invitation = CrewInvitation.objects.filter(digest=digest, used=False, expires__gt=timezone.now()).first()
    if invitation is None:
        raise Http404
    if request.method == "POST":
        CrewInvitation.objects.filter(pk=invitation.pk).update(used=True)
        board(request, invitation)
        return redirect("harbours")
    return render(request, "crew_join.html", {"invitation": invitation})
