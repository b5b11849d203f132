from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from rest_framework import permissions, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import LabKeyAuthentication
from accounts.models import LabKey, StaffMember

from .models import Animal, Attachment, LabResult, Prescription, Visit
from .scoping import MayPrescribe, PracticeScopedMixin
from .serializers import AnimalSerializer, LabResultSerializer, PrescriptionSerializer, VisitSerializer


class AnimalViewSet(PracticeScopedMixin, viewsets.ModelViewSet):
    queryset = Animal.objects.select_related("keeper").order_by("name")
    serializer_class = AnimalSerializer

    def perform_create(self, serializer):
        serializer.save(practice=self.request.user.practice)

    @action(detail=True, methods=["post"])
    def regular_vet(self, request, pk=None):
        animal = self.get_object()
        animal.regular_vet = get_object_or_404(
            StaffMember, pk=request.data.get("vet"), practice=animal.practice, is_active=True
        )
        animal.save(update_fields=["regular_vet"])
        return Response(self.get_serializer(animal).data)

    @action(detail=True, methods=["post"])
    def merge(self, request, pk=None):
        """Two cards of one animal become one; the other card goes away."""
        kept = self.get_object()
        double = get_object_or_404(Animal, pk=request.data.get("double"))
        if double.pk == kept.pk:
            return Response({"detail": "That is the same card."}, status=status.HTTP_400_BAD_REQUEST)
        with transaction.atomic():
            double.visits.update(animal=kept)
            double.lab_results.update(animal=kept)
            double.delete()
        return Response(self.get_serializer(kept).data)


class VisitViewSet(PracticeScopedMixin, viewsets.ModelViewSet):
    queryset = Visit.objects.all()
    serializer_class = VisitSerializer
    practice_path = "animal__practice"

    def get_queryset(self):
        visits = Visit.objects.select_related("animal", "vet").order_by("-day")
        if day := self.request.query_params.get("day"):
            visits = visits.filter(day=day)
        return visits

    def perform_create(self, serializer):
        serializer.save(vet=self.request.user)


class PrescriptionViewSet(PracticeScopedMixin, viewsets.ModelViewSet):
    queryset = Prescription.objects.select_related("visit__animal").order_by("-pk")
    serializer_class = PrescriptionSerializer
    permission_classes = (permissions.IsAuthenticated, MayPrescribe)
    practice_path = "visit__animal__practice"

    def get_queryset(self):
        prescriptions = super().get_queryset()
        if self.request.query_params.get("all") != "1":
            prescriptions = prescriptions.filter(withdrawn=False)
        return prescriptions


class AttachmentDownloadView(APIView):
    def get(self, request, pk):
        attachment = get_object_or_404(Attachment.objects.select_related("visit__animal"), pk=pk)
        if attachment.visit.animal.practice_id != request.user.practice_id:
            raise Http404
        return FileResponse(attachment.file.open("rb"), as_attachment=True)


class FromLaboratory(permissions.BasePermission):
    def has_permission(self, request, view):
        return isinstance(request.auth, LabKey)


class LabResultView(APIView):
    authentication_classes = (LabKeyAuthentication,)
    permission_classes = (FromLaboratory,)

    def post(self, request):
        form = LabResultSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        animal = get_object_or_404(Animal, practice=request.auth.practice, chip=form.validated_data["chip"])
        LabResult.objects.create(
            animal=animal, laboratory=request.auth.laboratory, values=form.validated_data["values"]
        )
        return Response(status=status.HTTP_201_CREATED)
