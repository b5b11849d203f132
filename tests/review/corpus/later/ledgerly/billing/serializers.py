from rest_framework import serializers

from .models import Attachment, Customer, Invoice, User


class InvoiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Invoice
        fields = ["id", "customer", "number", "total_cents", "issued", "paid"]
        read_only_fields = ["paid"]

    def validate_customer(self, customer):
        if customer.organisation_id != self.context["request"].user.organisation_id:
            raise serializers.ValidationError("Unknown customer.")
        return customer


class CustomerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Customer
        fields = ["id", "name", "email", "portal_enabled"]


class AttachmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Attachment
        fields = ["id", "invoice", "file", "note"]

    def validate_invoice(self, invoice):
        if invoice.organisation_id != self.context["request"].user.organisation_id:
            raise serializers.ValidationError("Unknown invoice.")
        return invoice


class AccountSerializer(serializers.ModelSerializer):
    """What people see and change about themselves."""

    class Meta:
        model = User
        fields = ["id", "username", "email", "first_name", "last_name", "role"]
        read_only_fields = ["id", "username"]


class ColleagueSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "username", "email", "role", "is_staff"]
        read_only_fields = ["role", "is_staff"]
