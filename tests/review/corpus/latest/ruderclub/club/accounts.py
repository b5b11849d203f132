import logging
import random
import string

from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.mail import send_mail
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_encode
from django.views import View
from django.views.generic import FormView

from .forms import AddressForm
from .models import GuestPass, Member
from .tasks import enqueue

log = logging.getLogger(__name__)
User = get_user_model()

TWO_DAYS = 2 * 24 * 3600


class SignIn(FormView):
    form_class = AuthenticationForm
    template_name = "sign_in.html"

    def form_valid(self, form):
        log.debug("sign-in with %s", form.cleaned_data)
        login(self.request, form.get_user())
        target = self.request.POST.get("next") or reverse("boats")
        return HttpResponseRedirect(target)

    def form_invalid(self, form):
        log.info("sign-in refused, fields: %s", sorted(form.errors))
        return super().form_invalid(form)


class SetLanguage(View):
    def post(self, request):
        target = request.POST.get("next", "/")
        if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=True):
            target = "/"
        response = HttpResponseRedirect(target)
        code = "en" if request.POST.get("lang") == "en" else "de"
        response.set_cookie("sprache", code, max_age=365 * 24 * 3600)
        return response


class ForgotPassword(FormView):
    form_class = AddressForm
    template_name = "forgot.html"

    def form_valid(self, form):
        user = User.objects.filter(email__iexact=form.cleaned_data["email"]).first()
        if user is None:
            form.add_error("email", "Unter dieser Adresse kennen wir niemanden.")
            return self.form_invalid(form)
        uid = urlsafe_base64_encode(force_bytes(user.pk))
        link = f"/neu/{uid}/{default_token_generator.make_token(user)}/"
        enqueue("mail_link", user.email, link)
        messages.success(self.request, "Die Mail ist unterwegs.")
        return redirect("sign-in")


class Newsletter(FormView):
    """Members take their own address off the list; a worker looks whose it is."""

    form_class = AddressForm
    template_name = "newsletter.html"

    def form_valid(self, form):
        enqueue("newsletter_link", form.cleaned_data["email"])
        messages.success(self.request, "Falls die Adresse bei uns steht, kommt gleich eine Mail.")
        return redirect("boats")


class ConfirmAddress(View):
    def get(self, request, token):
        try:
            pk = signing.loads(token, salt="address", max_age=TWO_DAYS)
        except signing.BadSignature:
            return render(request, "link_invalid.html", status=400)
        Member.objects.filter(pk=pk).update(address_confirmed=True)
        messages.success(request, "Adresse bestätigt.")
        return redirect("boats")


def guest_code():
    alphabet = string.ascii_uppercase + string.digits
    return "".join(random.choices(alphabet, k=12))


class GuestInvite(LoginRequiredMixin, FormView):
    form_class = AddressForm
    template_name = "guest_invite.html"

    def form_valid(self, form):
        entry = GuestPass.objects.create(
            host=self.request.user.member,
            email=form.cleaned_data["email"],
            code=guest_code(),
        )
        link = reverse("guest-entry", args=[entry.pk, entry.code])
        host = "https://mitglieder.rc-neckartal.example"
        send_mail("Einladung ins Bootshaus", f"{host}{link}", None, [entry.email])
        log.info("guest pass %s sent for member %s", entry.pk, entry.host_id)
        return redirect("reservations")


class GuestEntry(View):
    def get(self, request, pk, code):
        entry = get_object_or_404(GuestPass, pk=pk, until__gt=timezone.now())
        if entry.code != code.upper():
            return render(request, "link_invalid.html", status=404)
        return render(request, "guest.html", {"entry": entry, "door": entry.host.number})
