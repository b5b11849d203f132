from django.contrib.auth.decorators import login_required, permission_required
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from .models import Booking


@login_required
def mine(request):
    kind = request.GET.get("kind", "single")
    rows = Booking.objects.filter(member=request.user).with_wait(kind)
    return JsonResponse({"bookings": list(rows.values("id", "court", "starts_at", "wait"))})


@login_required
@require_POST
def cancel(request, pk):
    booking = get_object_or_404(Booking, pk=pk)
    booking.delete()
    return HttpResponse(status=204)


@login_required
@require_POST
def move(request, pk):
    booking = get_object_or_404(Booking, pk=pk)
    if booking.member != request.user and not request.user.has_perm("courts.change_booking"):
        return HttpResponse(status=403)
    booking.court = int(request.POST["court"])
    booking.save(update_fields=["court"])
    return HttpResponse(status=204)


@permission_required("courts.delete_booking")
@require_POST
def clear_day(request, day):
    Booking.objects.filter(starts_at__date=day).delete()
    return HttpResponse(status=204)


def plan(request, court):
    """The public plan."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT starts_at FROM courts_booking WHERE court = %d ORDER BY 1" % int(court))
        return JsonResponse({"taken": [row[0] for row in cursor.fetchall()]})
