from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from .models import Dziecko


@login_required
def zgody(request):
    """Zgody rodzica na zdjęcia, wycieczki i tak dalej: zwykły formularz, bez skryptów."""
    dzieci = Dziecko.objects.filter(opiekunowie=request.user)
    if request.method == "POST":
        for dziecko in dzieci:
            dziecko.alergie = request.POST.get(f"alergie-{dziecko.pk}", dziecko.alergie)
            dziecko.save(update_fields=["alergie"])
        return redirect("/zgody/")
    odpowiedz = render(request, "zgody.html", {"dzieci": dzieci})
    odpowiedz.set_cookie("karta", request.GET.get("karta", "zdjecia"), max_age=30 * 86400)
    return odpowiedz


@require_POST
def wyjscie(request):
    logout(request)
    return redirect("/")
