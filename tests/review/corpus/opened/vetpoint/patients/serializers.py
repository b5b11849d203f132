from rest_framework import serializers

from .models import Animal, Keeper, Prescription, Visit
from .scoping import PracticeRelatedField


class AnimalSerializer(serializers.ModelSerializer):
    keeper = PracticeRelatedField(queryset=Keeper.objects.all())

    class Meta:
        model = Animal
        fields = ("id", "practice", "keeper", "name", "species", "chip", "born", "regular_vet")
        read_only_fields = ("practice", "regular_vet")


class VisitSerializer(serializers.ModelSerializer):
    animal = PracticeRelatedField(queryset=Animal.objects.all())

    class Meta:
        model = Visit
        fields = ("id", "animal", "vet", "day", "findings")
        read_only_fields = ("vet",)


class PrescriptionSerializer(serializers.ModelSerializer):
    visit = PracticeRelatedField(queryset=Visit.objects.all(), practice_path="animal__practice")

    class Meta:
        model = Prescription
        fields = ("id", "visit", "drug", "dose", "withdrawn")


class LabResultSerializer(serializers.Serializer):
    chip = serializers.CharField(max_length=15)
    values = serializers.JSONField()
