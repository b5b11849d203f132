from django.contrib.auth.models import User
from rest_framework import serializers

from .models import Doctor, Note, Record


class RecordSerializer(serializers.ModelSerializer):
    class Meta:
        model = Record
        fields = ["id", "opened", "summary"]


class NoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Note
        fields = ["id", "record", "text"]


class DoctorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Doctor
        fields = ["id", "speciality"]


class SignUpSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["username", "password", "email", "is_staff"]
        extra_kwargs = {"password": {"write_only": True}}

    def create(self, validated):
        return User.objects.create_user(**validated)
