from accounts.models import Skipper
from rest_framework import serializers

from .models import Invoice, Paper, Stay


class StaySerializer(serializers.ModelSerializer):
    boat_name = serializers.CharField(source="boat.name", read_only=True)

    class Meta:
        model = Stay
        fields = ("id", "boat_name", "harbour", "berth", "arrived", "departed")


class InvoiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Invoice
        fields = ("id", "stay", "cents", "paid")


class PaperSerializer(serializers.ModelSerializer):
    class Meta:
        model = Paper
        fields = ("id", "boat", "title", "valid_until", "acknowledged")
        read_only_fields = ("acknowledged",)


class SkipperSerializer(serializers.ModelSerializer):
    boats = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)

    class Meta:
        model = Skipper
        fields = ("first_name", "last_name", "phone", "newsletter", "guild_number", "rank", "boats")
        read_only_fields = ("guild_number",)


class RollSerializer(serializers.ModelSerializer):
    """A line of the guild's roll, as the commodore edits it."""

    class Meta:
        model = Skipper
        fields = ("id", "first_name", "last_name", "guild_number", "rank")
        read_only_fields = ("id", "guild_number")
