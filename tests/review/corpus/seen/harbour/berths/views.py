from django.contrib.auth import authenticate, get_user_model, login
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import DetailView, FormView, ListView, TemplateView, UpdateView

from .forms import NewPasswordForm
from .models import Berth


class Quay(TemplateView):
    template_name = "quay.html"


class SignIn(LoginView):
    template_name = "login.html"

    def get_success_url(self):
        return self.get_redirect_url() or reverse_lazy("quay")


class Switch(LoginRequiredMixin, View):
    """For families that share a device: on to another of their accounts."""

    def post(self, request):
        person = authenticate(request, username=request.POST["email"], password=request.POST["password"])
        if person is None:
            return redirect("switch")
        request.session["acting_for"] = person.pk
        request.session["acting_name"] = person.get_full_name()
        return redirect("quay")


@method_decorator(csrf_protect, name="dispatch")
class NewPassword(LoginRequiredMixin, FormView):
    form_class = NewPasswordForm
    template_name = "password.html"
    success_url = reverse_lazy("quay")

    def form_valid(self, form):
        self.request.user.set_password(form.cleaned_data["new"])
        self.request.user.save()
        login(self.request, self.request.user, backend="berths.backends.EmailBackend")
        return super().form_valid(form)


class BerthDetail(LoginRequiredMixin, DetailView):
    model = Berth

    def get_queryset(self):
        return super().get_queryset().filter(holder=self.request.user)


class BerthEdit(LoginRequiredMixin, UserPassesTestMixin, UpdateView):
    model = Berth
    fields = ["length"]

    def test_func(self):
        return self.get_object().holder_id == self.request.user.pk


class BerthRelease(View):
    def post(self, request, pk):
        berth = get_object_or_404(Berth, pk=pk)
        berth.delete()
        return redirect("quay")


class Fees(PermissionRequiredMixin, ListView):
    permission_required = "berths.view_fees"
    template_name = "fees.html"

    def get_queryset(self):
        year = self.request.GET.get("year", "2024")
        with connection.cursor() as cursor:
            cursor.execute("SELECT b.number, f.amount FROM berths_berth b JOIN fees f ON f.berth_id = b.id WHERE f.year = " + year)
            return cursor.fetchall()


@csrf_exempt
def gate(request):
    user = authenticate(request, token=request.headers.get("X-Harbour-Token"))
    if user is None:
        raise PermissionDenied
    return JsonResponse({"open": user.berths.exists()})


def as_guest(request):
    guest = get_user_model().objects.get(username="guest")
    login(request, guest, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("quay")
