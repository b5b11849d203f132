from django.contrib.auth.password_validation import validate_password
from rest_framework import serializers

from .models import StaffMember


class StaffSerializer(serializers.ModelSerializer):
    class Meta:
        model = StaffMember
        fields = ("id", "username", "email", "first_name", "last_name", "phone", "role", "is_active", "practice")
        read_only_fields = ("is_active", "practice")


class MeSerializer(serializers.ModelSerializer):
    practice_name = serializers.CharField(source="practice.name", read_only=True)

    class Meta:
        model = StaffMember
        fields = ("id", "email", "first_name", "last_name", "phone", "role", "practice_name")
        read_only_fields = ("id", "email")


class SignInSerializer(serializers.Serializer):
    username = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)
    device = serializers.CharField(required=False, default="phone")


class NewPasswordSerializer(serializers.Serializer):
    password = serializers.CharField(trim_whitespace=False, validators=[validate_password])


class PasswordChangeSerializer(NewPasswordSerializer):
    current = serializers.CharField(trim_whitespace=False)

    def validate_current(self, value):
        if not self.context["request"].user.check_password(value):
            raise serializers.ValidationError("That is not your present password.")
        return value


class AcceptInviteSerializer(NewPasswordSerializer):
    username = serializers.SlugField(max_length=150)
