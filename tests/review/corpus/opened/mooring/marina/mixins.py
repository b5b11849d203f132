from django.contrib.auth.mixins import LoginRequiredMixin

from .models import Boat


class OwnBoats(LoginRequiredMixin):
    """For views of one's own boats; another skipper's boat is not found."""

    model = Boat
    context_object_name = "boat"

    def get_queryset(self):
        return super().get_queryset().filter(skipper=self.request.user, retired=False)
