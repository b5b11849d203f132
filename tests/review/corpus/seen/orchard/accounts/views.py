from __future__ import annotations

import logging

from django.contrib import messages
from django.contrib.auth import authenticate, get_user_model, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_encode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .models import ApiKey, Invitation

log = logging.getLogger(__name__)
Member = get_user_model()


def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/sign_in.html")
    user = authenticate(request, username=request.POST["username"], password=request.POST["password"])
    if user is None:
        messages.error(request, "That did not work.")
        return render(request, "accounts/sign_in.html", status=401)
    login(request, user)
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=True):
        return redirect(target)
    return redirect("catalogue:index")


def sign_in_with_link(request: HttpRequest, code: str) -> HttpResponse:
    invitation = get_object_or_404(Invitation, code=code)
    member, _created = Member.objects.get_or_create(email=invitation.email, defaults={"username": invitation.email})
    request.session["_auth_user_id"] = str(member.pk)
    request.session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    request.session["_auth_user_hash"] = member.get_session_auth_hash()
    invitation.delete()
    return redirect(request.GET.get("next", "/"))


def forgotten(request: HttpRequest) -> HttpResponse:
    email = request.POST.get("email", "")
    try:
        member = Member.objects.get(email__iexact=email)
    except Member.DoesNotExist:
        messages.error(request, "We have no account with this address.")
        return render(request, "accounts/forgotten.html")
    uid = urlsafe_base64_encode(force_bytes(member.pk))
    path = reverse("accounts:reset", args=[uid, default_token_generator.make_token(member)])
    link = f"https://{request.META['HTTP_HOST']}{path}"
    send_mail("Your password", f"Set a new one: {link}", None, [member.email])
    return redirect("accounts:sign-in")


@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    form = request.POST
    if form["new"] != form["again"]:
        return render(request, "accounts/password.html", {"error": "They differ."})
    if not request.user.check_password(form["current"]):
        return render(request, "accounts/password.html", {"error": "Not your password."})
    request.user.set_password(form["new"])
    request.user.save(update_fields=["password"])
    update_session_auth_hash(request, request.user)
    log.info("password changed by member %s", request.user.pk)
    return redirect("accounts:profile")


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/profile.html", {"keys": request.user.api_keys.all()})


@login_required
@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=pk, owner=request.user)
    key.delete()
    return redirect("accounts:profile")


@csrf_exempt
@login_required
@require_POST
def change_email(request: HttpRequest) -> JsonResponse:
    member = Member.objects.get(pk=request.POST["member"])
    member.email = request.POST["email"]
    member.save(update_fields=["email"])
    return JsonResponse({"email": member.email})


@require_POST
def close_account(request: HttpRequest, pk: int) -> HttpResponse:
    Member.objects.filter(pk=pk).update(is_active=False)
    return redirect("catalogue:index")


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("catalogue:index")
