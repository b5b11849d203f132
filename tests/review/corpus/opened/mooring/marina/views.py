from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from .mixins import OwnBoats
from .models import Boat, Harbour


class HarbourList(ListView):
    model = Harbour
    ordering = ("town", "name")
    paginate_by = 30


class BoatList(OwnBoats, ListView):
    template_name = "boats.html"
    context_object_name = "boats"


class BoatDetail(OwnBoats, DetailView):
    template_name = "boat.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["stays"] = self.object.stays.order_by("-arrived")[:20]
        return context


class BoatCreate(LoginRequiredMixin, CreateView):
    model = Boat
    fields = ("name", "length_cm", "callsign")
    template_name = "boat_form.html"

    def form_valid(self, form):
        form.instance.skipper = self.request.user
        return super().form_valid(form)

    def get_success_url(self):
        return reverse("boat", args=[self.object.pk])


class BoatUpdate(LoginRequiredMixin, UpdateView):
    model = Boat
    fields = ("name", "length_cm", "callsign")
    template_name = "boat_form.html"
    context_object_name = "boat"

    def form_valid(self, form):
        messages.success(self.request, "Saved.")
        return super().form_valid(form)

    def get_success_url(self):
        return reverse("boat", args=[self.object.pk])


class BoatRetire(OwnBoats, DeleteView):
    template_name = "boat_retire.html"
    success_url = reverse_lazy("boats")

    def form_valid(self, form):
        self.object.retired = True
        self.object.save(update_fields=["retired"])
        messages.info(self.request, "The boat is off your list.")
        return HttpResponseRedirect(self.get_success_url())
