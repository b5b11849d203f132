from django.db import connection
from django.shortcuts import get_object_or_404
from rest_framework import serializers, viewsets
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Account, Entry

GROUPS = {"month": "date_trunc('month', booked_on)", "account": "account_id"}


class EntrySerializer(serializers.ModelSerializer):
    class Meta:
        model = Entry
        fields = ["id", "account", "booked_on", "amount", "memo"]

    def validate_account(self, account):
        if account.owner_id != self.context["request"].user.pk:
            raise serializers.ValidationError("No such account.")
        return account


class EntryViewSet(viewsets.ModelViewSet):
    serializer_class = EntrySerializer

    def get_queryset(self):
        entries = Entry.objects.filter(account__owner=self.request.user)
        words = self.request.query_params.get("q")
        if words:
            entries = entries.matching(words)
        return entries


class SumView(APIView):
    def get(self, request):
        by = GROUPS.get(request.query_params.get("by", "month"), GROUPS["month"])
        sql = f"SELECT {by} AS label, sum(amount) FROM books_entry e JOIN books_account a ON a.id = e.account_id WHERE a.owner_id = %s GROUP BY 1"
        with connection.cursor() as cursor:
            cursor.execute(sql, [request.user.pk])
            return Response(cursor.fetchall())


class BalanceView(APIView):
    def get(self, request, pk):
        account = get_object_or_404(Account, pk=pk)
        total = account.entry_set.order_by("booked_on").values_list("amount", flat=True)
        return Response({"name": account.name, "balance": sum(total)})


class StatementView(APIView):
    def get(self, request, pk):
        account = get_object_or_404(request.user.account_set, pk=pk)
        rows = account.entry_set.order_by("-booked_on")[:100]
        return Response(EntrySerializer(rows, many=True).data)


class ExportView(APIView):
    def get(self, request):
        order = request.query_params.get("order", "booked_on")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT booked_on, amount, memo FROM books_entry e"
                " JOIN books_account a ON a.id = e.account_id WHERE a.owner_id = %s ORDER BY " + order,
                [request.user.pk],
            )
            return Response(cursor.fetchall())
