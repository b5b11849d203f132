import logging

from django.db import transaction
from django.utils import timezone
from rest_framework import generics, mixins, permissions, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from hall.models import Booking, Caretaker, Invitation, Member, Outbox, Room, digest_of

log = logging.getLogger("hall.api")


class RoomSerializer(serializers.ModelSerializer):
    class Meta:
        model = Room
        fields = ["id", "name", "seats", "hourly"]


class BookingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Booking
        fields = ["id", "room", "starts", "ends", "purpose"]


class AcceptSerializer(serializers.ModelSerializer):
    password = serializers.CharField(min_length=10, write_only=True)

    class Meta:
        model = Member
        fields = ["username", "first_name", "street", "phone", "password"]


class CaretakerSerializer(serializers.ModelSerializer):
    password = serializers.CharField(min_length=8, write_only=True)

    class Meta:
        model = Caretaker
        fields = ["id", "name", "on_duty", "password"]

    def create(self, validated_data):
        password = validated_data.pop("password")
        caretaker = super().create(validated_data)
        caretaker.choose_password(password)
        return caretaker


class Rooms(viewsets.ReadOnlyModelViewSet):
    queryset = Room.objects.order_by("name")
    serializer_class = RoomSerializer
    permission_classes = [permissions.AllowAny]


class Bookings(viewsets.ModelViewSet):
    serializer_class = BookingSerializer

    def get_queryset(self):
        return Booking.objects.filter(booked_by=self.request.user)

    def perform_create(self, serializer):
        serializer.save(booked_by=self.request.user)

    @action(detail=True, methods=["post"])
    def another_code(self, request, pk=None):
        booking = self.get_object()
        return Response({"door_code": booking.give_door_code()})


class Caretakers(mixins.CreateModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    queryset = Caretaker.objects.order_by("name")
    serializer_class = CaretakerSerializer
    permission_classes = [permissions.IsAdminUser]

    def perform_create(self, serializer):
        serializer.save()
        log.info("caretaker added by %s: %s", self.request.user.pk, serializer.data)


class Invite(generics.GenericAPIView):
    permission_classes = [permissions.IsAdminUser]

    def post(self, request):
        email = serializers.EmailField().run_validation(request.data.get("email"))
        token = Invitation.send_to(email)
        Outbox.objects.create(to=email, subject="Join the hall", text=f"Your code is {token}")
        return Response(status=status.HTTP_202_ACCEPTED)


class AcceptInvitation(generics.GenericAPIView):
    serializer_class = AcceptSerializer
    permission_classes = [permissions.AllowAny]

    @transaction.atomic
    def post(self, request, token):
        invitation = Invitation.objects.select_for_update().open().filter(token_digest=digest_of(token)).first()
        if invitation is None:
            raise NotFound
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        member = Member.objects.create_user(email=invitation.email, **serializer.validated_data)
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        log.info("invitation %s accepted: %s", invitation.pk, serializer.validated_data)
        return Response({"id": member.pk}, status=status.HTTP_201_CREATED)
