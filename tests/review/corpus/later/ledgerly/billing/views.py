from __future__ import annotations

import csv
import json
import logging

import requests
import yaml
from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework import generics, status, viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import RefreshToken

from .auth import IsAccountant, IsSupportStaff, check_bank_signature, check_card_signature
from .models import ApiKey, Attachment, Customer, Invoice, User
from .serializers import (
    AccountSerializer,
    AttachmentSerializer,
    ColleagueSerializer,
    CustomerSerializer,
    InvoiceSerializer,
)

logger = logging.getLogger(__name__)

SORTABLE = {"number": "number", "date": "issued", "total": "total_cents"}


class OrganisationScoped:
    """Rows of the organisation of whoever asks."""

    def get_queryset(self):
        return super().get_queryset().filter(organisation=self.request.user.organisation)

    def perform_create(self, serializer):
        serializer.save(organisation=self.request.user.organisation)


class InvoiceViewSet(OrganisationScoped, viewsets.ModelViewSet):
    queryset = Invoice.objects.select_related("customer")
    serializer_class = InvoiceSerializer

    @action(detail=True, methods=["post"], permission_classes=[IsAccountant])
    def settle(self, request, pk=None):
        invoice = self.get_object()
        invoice.paid = True
        invoice.save(update_fields=["paid"])
        return Response(InvoiceSerializer(invoice).data)


class CustomerViewSet(OrganisationScoped, viewsets.ModelViewSet):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer


class AttachmentViewSet(viewsets.ModelViewSet):
    queryset = Attachment.objects.select_related("invoice")
    serializer_class = AttachmentSerializer

    def perform_create(self, serializer):
        serializer.save(organisation=self.request.user.organisation)


class AccountView(generics.RetrieveUpdateAPIView):
    serializer_class = AccountSerializer

    def get_object(self):
        return self.request.user


class ColleaguesView(generics.ListAPIView):
    serializer_class = ColleagueSerializer

    def get_queryset(self):
        return User.objects.filter(organisation=self.request.user.organisation)


class ApiKeysView(APIView):
    def post(self, request):
        row, plain = ApiKey.issue(request.user, str(request.data.get("label", ""))[:80])
        logger.info("api key %s (%s…) issued for user %s", row.pk, row.prefix, request.user.pk)
        return Response({"id": row.pk, "key": plain}, status=status.HTTP_201_CREATED)

    def delete(self, request, pk):
        get_object_or_404(ApiKey, pk=pk, user=request.user).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChangePasswordView(APIView):
    def post(self, request):
        user = request.user
        if not user.check_password(request.data.get("current", "")):
            logger.warning("password change refused for %s: %s", user.pk, request.data)
            raise ValidationError({"current": "Wrong password."})
        user.set_password(request.data["new"])
        user.save(update_fields=["password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignOutView(APIView):
    def post(self, request):
        RefreshToken(request.data["refresh"]).blacklist()
        return Response(status=status.HTTP_205_RESET_CONTENT)


class LedgerExport(APIView):
    permission_classes = [IsAccountant]

    def get(self, request):
        order = request.query_params.get("order", "issued")
        statement = (
            "SELECT number, issued, total_cents FROM billing_invoice "
            f"WHERE organisation_id = %s ORDER BY {order}"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [request.user.organisation_id])
            rows = cursor.fetchall()
        return as_csv(rows)


class JournalExport(APIView):
    permission_classes = [IsAccountant]

    def get(self, request):
        column = SORTABLE.get(request.query_params.get("order"), "issued")
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT number, issued, paid FROM billing_invoice WHERE organisation_id = %s ORDER BY {column}",
                [request.user.organisation_id],
            )
            rows = cursor.fetchall()
        return as_csv(rows)


class InvoiceSearch(APIView):
    def get(self, request):
        term = request.query_params.get("q", "")
        found = Invoice.objects.filter(organisation=request.user.organisation).extra(
            where=["number ILIKE '%%" + term + "%%'"]
        )
        return Response(InvoiceSerializer(found[:50], many=True).data)


def as_csv(rows) -> HttpResponse:
    response = HttpResponse(content_type="text/csv")
    csv.writer(response).writerows(rows)
    return response


@api_view(["POST"])
def import_price_list(request):
    """Price lists of wholesalers, as YAML."""
    document = yaml.load(request.FILES["file"].read(), Loader=yaml.Loader)
    return Response({"items": len(document.get("items", []))})


@api_view(["POST"])
def import_customers(request):
    document = yaml.safe_load(request.FILES["file"].read())
    names = [str(entry["name"]) for entry in document or []]
    return Response({"customers": names})


@api_view(["GET"])
@permission_classes([IsSupportStaff])
def support_lookup(request):
    found = Customer.objects.filter(email__iexact=request.query_params.get("email", ""))
    return Response(CustomerSerializer(found, many=True).data)


@require_POST
@csrf_exempt
def bank_hook(request):
    if not check_bank_signature(request):
        return HttpResponse(status=403)
    event = json.loads(request.body)
    Invoice.objects.filter(number=event["reference"]).update(paid=True)
    return JsonResponse({"ok": True})


@require_POST
@csrf_exempt
def card_hook(request):
    if not check_card_signature(request):
        return HttpResponse(status=403)
    event = json.loads(request.body)
    logger.info("card event %s", event.get("type"))
    return JsonResponse({"ok": True})


def fetch_statements(account: str) -> list[dict]:
    answer = requests.get(
        f"{settings.BANK_FEED_URL}/accounts/{account}/statements",
        headers={"Authorization": f"Bearer {settings.BANK_FEED_TOKEN}"},
        timeout=20,
        verify=False,
    )
    if answer.status_code != 200:
        logger.error("bank feed answered %s, sent %s", answer.status_code, answer.request.headers)
        return []
    return answer.json()["statements"]
