from rest_framework import serializers

from .models import ApiKey, Household, Member


class MemberSerializer(serializers.ModelSerializer):
    class Meta:
        model = Member
        fields = ["id", "username", "first_name", "last_name", "iban", "is_auditor"]
        read_only_fields = ["id", "username", "is_auditor"]


class ProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = Member
        exclude = ["password"]


class HouseholdSerializer(serializers.ModelSerializer):
    class Meta:
        model = Household
        fields = "__all__"


class ApiKeySerializer(serializers.ModelSerializer):
    class Meta:
        model = ApiKey
        fields = ["id", "prefix"]
