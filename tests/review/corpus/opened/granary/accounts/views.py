from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView

from .forms import PayoutForm

UNITS = {"t": "tonnes", "bu": "bushels", "q": "quintals"}


def came_from(request: HttpRequest, fallback: str) -> str:
    target = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url(fallback)


class SignInView(LoginView):
    template_name = "accounts/sign_in.html"

    def get_success_url(self) -> str:
        wanted = self.request.POST.get(self.redirect_field_name)
        if wanted:
            return wanted
        return resolve_url("admin:index" if self.request.user.is_staff else "floor")


class SignOutView(LogoutView):
    next_page = "sign-in"


@method_decorator(csrf_exempt, name="dispatch")
class PayoutView(LoginRequiredMixin, FormView):
    """The account that the proceeds of a member's lots are paid to."""

    form_class = PayoutForm
    template_name = "accounts/payout.html"
    success_url = "/account/payout/"

    def form_valid(self, form: PayoutForm) -> HttpResponse:
        member = self.request.user
        member.payout_iban = form.cleaned_data["iban"].replace(" ", "")
        member.save(update_fields=["payout_iban"])
        messages.success(self.request, "Your account for payouts was changed.")
        return super().form_valid(form)


class UnitsView(LoginRequiredMixin, View):
    def post(self, request: HttpRequest) -> HttpResponse:
        unit = request.POST.get("unit", "t")
        if unit in UNITS:
            request.session["unit"] = unit
        return redirect(came_from(request, "floor"))
