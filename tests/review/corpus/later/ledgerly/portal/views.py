"""Where the customers of our customers look at their invoices. No account of ours: a link, or an e-mail and a PIN."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import check_password, make_password
from django.core.mail import send_mail
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from billing.models import Customer, Invoice, PortalLink
from .models import PortalPin

log = logging.getLogger("portal")
LINK_LIFE = timedelta(hours=24)


def find_link(token: str) -> PortalLink | None:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return PortalLink.objects.filter(digest=digest).select_related("customer").first()


def open_link(request, token):
    link = find_link(token)
    if link is None or link.created + LINK_LIFE < timezone.now():
        raise Http404
    link.delete()
    request.session["portal_customer"] = link.customer_id
    return redirect("portal:invoices")


def open_pin(request):
    if request.method != "POST":
        return render(request, "portal/pin.html")
    pin = PortalPin.objects.filter(customer__email__iexact=request.POST.get("email", "")).first()
    good = check_password(request.POST.get("pin", ""), pin.hash if pin else DUMMY_PIN)
    if pin is None or not good:
        messages.error(request, "E-mail or PIN is wrong.")
        return render(request, "portal/pin.html", status=403)
    request.session.cycle_key()
    request.session["portal_customer"] = pin.customer_id
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/portal/"
    return redirect(target)


DUMMY_PIN = make_password("000000")


def ask_for_link(request):
    email = request.POST.get("email", "").strip()
    customer = Customer.objects.filter(email__iexact=email, portal_enabled=True).first()
    if customer is None:
        return HttpResponse("We have no customer with this address.", status=404)
    token = PortalLink.issue(customer)
    link = f"{settings.PORTAL_BASE_URL}/portal/open/{token}"
    send_mail("Your invoices", f"Open {link} within a day.", None, [customer.email])
    log.info("portal link for %s: %s", customer.pk, link)
    return render(request, "portal/sent.html")


def current_customer(request) -> Customer:
    pk = request.session.get("portal_customer")
    if pk is None:
        raise Http404
    return Customer.objects.get(pk=pk)


def invoices(request):
    customer = current_customer(request)
    return render(request, "portal/invoices.html", {"rows": Invoice.objects.filter(customer=customer)})


def invoice(request, pk):
    customer = current_customer(request)
    row = Invoice.objects.filter(pk=pk, customer=customer).first()
    if row is None:
        raise Http404
    return render(request, "portal/invoice.html", {"row": row})


def invoice_pdf(request, pk):
    current_customer(request)
    row = Invoice.objects.get(pk=pk)
    return HttpResponse(b"%PDF " + row.number.encode(), content_type="application/pdf")


def leave(request):
    request.session.flush()
    return redirect(request.GET.get("next") or "/")
