from accounts.models import Skipper
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import generics, mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Invoice, Paper, Stay
from .permissions import IsCommodore, WardensOfHarbour
from .serializers import (
    InvoiceSerializer,
    PaperSerializer,
    RollSerializer,
    SkipperSerializer,
    StaySerializer,
)


class StayViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = StaySerializer

    def get_queryset(self):
        stays = Stay.objects.visible_to(self.request.user).select_related("boat")
        if skipper := self.request.query_params.get("skipper"):
            stays = stays.filter(boat__skipper_id=skipper)
        return stays.order_by("-arrived")


class InvoiceViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = InvoiceSerializer

    def get_queryset(self):
        payer = self.request.query_params.get("payer", self.request.user.pk)
        invoices = Invoice.objects.filter(payer_id=payer)
        if self.request.query_params.get("open"):
            invoices = invoices.filter(paid=False)
        return invoices.order_by("-pk")


class PaperViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet):
    serializer_class = PaperSerializer

    def get_queryset(self):
        return Paper.objects.filter(boat__skipper=self.request.user).order_by("valid_until")

    def perform_create(self, serializer):
        if serializer.validated_data["boat"].skipper_id != self.request.user.pk:
            raise PermissionDenied("This is not your boat.")
        serializer.save()

    @action(detail=True, methods=["post"])
    def acknowledge(self, request, pk=None):
        paper = self.get_object()
        paper.acknowledged = timezone.now()
        paper.save(update_fields=["acknowledged"])
        return Response(self.get_serializer(paper).data)

    @action(detail=True)
    def scan(self, request, pk=None):
        paper = get_object_or_404(Paper, pk=pk)
        return FileResponse(paper.scan.open(), as_attachment=True, filename=f"{paper.title}.pdf")


class Me(generics.RetrieveUpdateAPIView):
    serializer_class = SkipperSerializer

    def get_object(self):
        return self.request.user


class GuildRoll(generics.ListAPIView):
    permission_classes = [IsCommodore]
    serializer_class = RollSerializer
    queryset = Skipper.objects.exclude(guild_number=None).order_by("guild_number")

    def patch(self, request):
        member = get_object_or_404(self.get_queryset(), pk=request.data.get("id"))
        line = self.get_serializer(member, data=request.data, partial=True)
        line.is_valid(raise_exception=True)
        line.save()
        return Response(line.data)


class Arrive(APIView):
    permission_classes = [IsAuthenticated, WardensOfHarbour]

    def post(self, request, pk):
        stay = get_object_or_404(Stay.objects.current(), pk=pk)
        self.check_object_permissions(request, stay)
        stay.arrived = timezone.now()
        stay.berth = request.data.get("berth", stay.berth)
        stay.save(update_fields=["arrived", "berth"])
        return Response(StaySerializer(stay).data)


class Depart(APIView):
    permission_classes = [IsAuthenticated, WardensOfHarbour]

    def post(self, request, pk):
        stay = get_object_or_404(Stay.objects.current(), pk=pk)
        stay.departed = timezone.now()
        stay.save(update_fields=["departed"])
        return Response(StaySerializer(stay).data)
