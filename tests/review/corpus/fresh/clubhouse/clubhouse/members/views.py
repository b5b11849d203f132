import hashlib
import json
import logging
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.contrib.auth import SESSION_KEY, authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_decode, urlsafe_base64_encode
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import DeleteView, DetailView, FormView, ListView, UpdateView

from .forms import GuestForm, LoginForm, OfficeForm, PhoneLoginForm, ProfileForm
from .models import Device, Guest, Member

logger = logging.getLogger("clubhouse")
post = ThreadPoolExecutor(max_workers=2)


class LoginView(FormView):
    form_class = LoginForm
    template_name = "members/login.html"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form):
        login(self.request, form.get_user())
        if form.cleaned_data["remember"]:
            self.request.new_device = Device.remember(form.get_user(), self.request.headers.get("User-Agent", ""))
        return redirect(self.target())

    def target(self):
        target = self.request.GET.get("next", "")
        allowed = url_has_allowed_host_and_scheme(target, {self.request.get_host()}, self.request.is_secure())
        return target if allowed else reverse("members:home")


class PhoneLoginView(FormView):
    form_class = PhoneLoginForm
    template_name = "members/phone.html"

    def form_valid(self, form):
        member = form.member
        self.request.session[SESSION_KEY] = str(member.pk)
        self.request.session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
        self.request.session["_auth_user_hash"] = member.get_session_auth_hash()
        return redirect(self.request.POST.get("next") or "members:home")


class HomeView(LoginRequiredMixin, UpdateView):
    form_class = ProfileForm
    success_url = reverse_lazy("members:home")

    def get_object(self, queryset=None):
        return self.request.user


class SettingsView(LoginRequiredMixin, UpdateView):
    form_class = OfficeForm
    success_url = reverse_lazy("members:home")

    def get_object(self, queryset=None):
        return self.request.user


class GuestList(LoginRequiredMixin, ListView):
    def get_queryset(self):
        return Guest.objects.filter(host=self.request.user)


class GuestDetail(LoginRequiredMixin, DetailView):
    model = Guest
    template_name = "members/guest.html"


class GuestDelete(LoginRequiredMixin, UserPassesTestMixin, DeleteView):
    model = Guest
    success_url = reverse_lazy("members:guests")

    def test_func(self):
        return self.get_object().host_id == self.request.user.pk


@login_required
def new_password(request):
    if request.method != "POST" or not request.user.check_password(request.POST["old"]):
        return render(request, "members/password.html", status=400)
    request.user.set_password(request.POST["new"])
    request.user.save()
    Device.objects.filter(member=request.user).delete()
    update_session_auth_hash(request, request.user)
    return redirect("members:home")


def set_password(request, uid, token):
    member = get_object_or_404(Member, pk=urlsafe_base64_decode(uid).decode())
    if not default_token_generator.check_token(member, token):
        raise Http404
    member.set_password(request.POST["new"])
    member.save(update_fields=["password"])
    return redirect("members:login")


@login_required
def sign_out(request):
    logout(request)
    response = redirect("members:login")
    response.delete_cookie("device")
    return response


@csrf_exempt
@login_required
def change_address(request):
    request.user.email = request.POST["email"]
    request.user.save(update_fields=["email"])
    return HttpResponse(status=204)


@csrf_exempt
def door(request):
    body = json.loads(request.body)
    member = Member.objects.filter(door_code=body.get("code", "")).first()
    if request.headers.get("X-Lock") != settings.LOCK_KEY:
        return HttpResponse(status=403)
    return JsonResponse({"open": member is not None})


def forgot(request):
    for member in Member.objects.filter(email__iexact=request.POST["email"], is_active=True):
        link = request.build_absolute_uri(
            reverse("members:set-password", args=[urlsafe_base64_encode(str(member.pk).encode()), default_token_generator.make_token(member)])
        )
        post.submit(send_mail, "New password", link, None, [member.email])
        logger.info("reset for member %s asked for", member.pk)
    return render(request, "members/sent.html")


def calendar(request, token):
    member = get_object_or_404(Member, share_token=token)
    return HttpResponse(member.get_username(), content_type="text/calendar")


@login_required
def member_card(request):
    number = request.COOKIES.get("member_id")
    member = get_object_or_404(Member, pk=number)
    return JsonResponse({"name": member.get_full_name(), "door": member.door_code})
