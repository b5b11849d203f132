"""For Django: a backend for the links, and views to change what one signs in with."""

from __future__ import annotations

import logging

from django.contrib.auth import get_user_model, login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ..signing import BadSignature, MagicLinks

logger = logging.getLogger("latchkit.django")


def open_link(request, links: MagicLinks):
    try:
        name = links.user_of(request.GET.get("k", ""))
    except BadSignature as error:
        logger.info("link refused: %s", error)
        raise Http404 from None
    user = get_user_model().objects.get(username=name)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    return redirect(target)


@login_required
@require_POST
def change_password(request):
    if not request.user.check_password(request.POST["old"]):
        return HttpResponse(status=403)
    request.user.set_password(request.POST["new"])
    request.user.save()
    update_session_auth_hash(request, request.user)
    return HttpResponse(status=204)


@csrf_exempt
@login_required
@require_POST
def change_email(request):
    request.user.email = request.POST["email"]
    request.user.save(update_fields=["email"])
    return HttpResponse(status=204)


@login_required
def audit(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT at, ip FROM latchkit_audit WHERE user_id = %s", [request.GET.get("user", request.user.pk)])
        return JsonResponse({"rows": [[str(at), ip] for at, ip in cursor.fetchall()]})


@login_required
def audit_search(request):
    ip = request.GET.get("ip", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM latchkit_audit WHERE user_id = %d AND ip = '%s'" % (request.user.pk, ip))
        return JsonResponse({"rows": [str(at) for (at,) in cursor.fetchall()]})
