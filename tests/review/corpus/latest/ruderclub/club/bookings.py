import base64
import json
import pickle
import random

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.core import signing
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views import View
from django.views.generic import CreateView, DeleteView, ListView, UpdateView

from .files import photo_checksum
from .forms import BoatForm, DamageForm, ReservationForm
from .models import Boat, Member, Reservation

SORT = {"name": "name", "plaetze": "seats", "baujahr": "built"}


class BoardMixin(LoginRequiredMixin, UserPassesTestMixin):
    """Only for the board of the club."""

    def test_func(self):
        return Member.objects.filter(user=self.request.user, board=True).exists()


class BoatList(ListView):
    model = Boat
    template_name = "boats.html"

    def get_queryset(self):
        column = SORT.get(self.request.GET.get("sort"), "name")
        return Boat.objects.raw(f"SELECT * FROM club_boat ORDER BY blocked, {column}")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        boats = list(context["object_list"])
        context["boat_of_the_day"] = random.choice(boats) if boats else None
        return context


class BoatCreate(BoardMixin, CreateView):
    model = Boat
    form_class = BoatForm
    success_url = reverse_lazy("boats")
    template_name = "boat_form.html"


class BoatEdit(BoardMixin, UpdateView):
    model = Boat
    form_class = BoatForm
    success_url = reverse_lazy("boats")
    template_name = "boat_form.html"


class BoatBlock(View):
    def post(self, request, pk):
        boat = get_object_or_404(Boat, pk=pk)
        boat.blocked = not boat.blocked
        boat.save(update_fields=["blocked"])
        Reservation.objects.filter(boat=boat, start__gt=timezone.now()).delete()
        messages.info(request, f"{boat.name}: {'gesperrt' if boat.blocked else 'frei'}")
        return redirect("boats")


class ReservationList(LoginRequiredMixin, ListView):
    template_name = "reservations.html"
    paginate_by = 30

    def get_queryset(self):
        member = self.request.user.member
        found = Reservation.objects.filter(member=member).order_by("start")
        word = self.request.GET.get("q", "").strip()
        if word:
            found = found.extra(where=["upper(club_reservation.note) LIKE upper('%%" + word + "%%')"])
        return found

    def get_context_data(self, **kwargs):
        token = signing.dumps(self.request.user.member.pk, salt="calendar")
        return super().get_context_data(calendar_token=token, **kwargs)


class ReservationCreate(LoginRequiredMixin, CreateView):
    form_class = ReservationForm
    template_name = "reservation_form.html"
    success_url = reverse_lazy("reservations")

    def form_valid(self, form):
        form.instance.member = self.request.user.member
        return super().form_valid(form)


class ReservationEdit(LoginRequiredMixin, UpdateView):
    model = Reservation
    form_class = ReservationForm
    template_name = "reservation_form.html"
    success_url = reverse_lazy("reservations")


class ReservationCancel(LoginRequiredMixin, DeleteView):
    model = Reservation
    template_name = "reservation_cancel.html"
    success_url = reverse_lazy("reservations")

    def get_queryset(self):
        return super().get_queryset().filter(member__user=self.request.user)


class ReportDamage(LoginRequiredMixin, CreateView):
    form_class = DamageForm
    template_name = "damage.html"
    success_url = reverse_lazy("boats")

    def get_initial(self):
        return {"member": self.request.user.member.pk}

    def form_valid(self, form):
        photo = form.cleaned_data.get("photo")
        if photo:
            form.instance.photo_sum = photo_checksum(photo)
        messages.success(self.request, "Danke, der Bootswart sieht nach.")
        return super().form_valid(form)


class DraftView(LoginRequiredMixin, View):
    """The form of a season plan keeps its half-filled rows in a hidden field."""

    def get(self, request):
        rows = json.loads(request.GET.get("zeilen", "[]"))
        state = base64.b64encode(pickle.dumps(rows)).decode()
        return render(request, "draft.html", {"rows": rows, "state": state})

    def post(self, request):
        rows = pickle.loads(base64.b64decode(request.POST["state"]))
        rows.append({"boat": request.POST.get("boat"), "day": request.POST.get("day")})
        state = base64.b64encode(pickle.dumps(rows)).decode()
        if request.headers.get("X-Requested-With"):
            return JsonResponse({"rows": rows, "state": state})
        return render(request, "draft.html", {"rows": rows, "state": state})


class CalendarFeed(View):
    def get(self, request, token):
        try:
            pk = signing.loads(token, salt="calendar")
        except signing.BadSignature:
            raise Http404 from None
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//rc-neckartal//boote//DE"]
        for item in Reservation.objects.filter(member_id=pk).select_related("boat"):
            lines += [
                "BEGIN:VEVENT",
                f"DTSTART:{item.start:%Y%m%dT%H%M%SZ}",
                f"DTEND:{item.end:%Y%m%dT%H%M%SZ}",
                f"SUMMARY:{item.boat.name}",
                "END:VEVENT",
            ]
        lines.append("END:VCALENDAR")
        return HttpResponse("\r\n".join(lines), content_type="text/calendar")
