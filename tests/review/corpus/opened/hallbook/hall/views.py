from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.generic import CreateView, DeleteView, FormView, ListView

from hall.forms import AskForLinkForm, BookingForm, NewPasswordForm, SignInForm
from hall.models import Booking, Member, Outbox, ResetLink, digest_of


class SignIn(LoginView):
    form_class = SignInForm
    template_name = "hall/sign_in.html"

    def form_valid(self, form):
        response = super().form_valid(form)
        if form.cleaned_data["remember"]:
            self.request.session.set_expiry(timedelta(days=3650))
        else:
            self.request.session.set_expiry(0)
        return response


class MyBookings(LoginRequiredMixin, ListView):
    template_name = "hall/bookings.html"
    paginate_by = 20

    def get_queryset(self):
        return self.request.user.bookings.select_related("room")


class Book(LoginRequiredMixin, CreateView):
    form_class = BookingForm
    template_name = "hall/book.html"
    success_url = reverse_lazy("bookings")

    def form_valid(self, form):
        form.instance.booked_by = self.request.user
        if form.instance.clashes():
            form.add_error("starts", "The room is taken then.")
            return self.form_invalid(form)
        response = super().form_valid(form)
        code = self.object.give_door_code()
        messages.success(self.request, f"Booked. The front door opens with {code}.")
        return response


class CancelBooking(LoginRequiredMixin, DeleteView):
    success_url = reverse_lazy("bookings")
    template_name = "hall/cancel.html"

    def get_queryset(self):
        return Booking.objects.filter(booked_by=self.request.user, starts__gt=timezone.now())


class ChangePassword(LoginRequiredMixin, FormView):
    form_class = NewPasswordForm
    template_name = "hall/change_password.html"
    success_url = reverse_lazy("bookings")

    def form_valid(self, form):
        member = self.request.user
        member.set_password(form.cleaned_data["password"])
        member.save(update_fields=["password"])
        update_session_auth_hash(self.request, member)
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)


class AskForLink(FormView):
    form_class = AskForLinkForm
    template_name = "hall/ask_for_link.html"
    success_url = reverse_lazy("link_sent")

    def form_valid(self, form):
        member = Member.objects.filter(email__iexact=form.cleaned_data["email"], is_active=True).first()
        if member is not None:
            link = settings.SITE_URL + reverse("reset", args=[ResetLink.issue(member)])
            Outbox.objects.create(
                to=member.email,
                subject="A new password",
                text=f"Choose a new password within two hours:\n{link}",
            )
        return super().form_valid(form)


class ResetPassword(FormView):
    form_class = NewPasswordForm
    template_name = "hall/reset.html"

    def dispatch(self, request, *args, **kwargs):
        self.link = ResetLink.objects.filter(token_digest=digest_of(kwargs["token"]), used_at=None).first()
        if self.link is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        member = self.link.member
        member.set_password(form.cleaned_data["password"])
        member.save(update_fields=["password"])
        self.link.used_at = timezone.now()
        self.link.save(update_fields=["used_at"])
        return redirect("sign_in")
