from __future__ import annotations

import hashlib
import logging

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from rest_framework import mixins, permissions, serializers, status, viewsets
from rest_framework.response import Response

from accounts.models import Invitation, Member

from .models import Lot

logger = logging.getLogger("granary.api")


class LotSerializer(serializers.ModelSerializer):
    class Meta:
        model = Lot
        fields = ["id", "reference", "crop", "harvest", "tonnes", "published"]


class AcceptSerializer(serializers.Serializer):
    code = serializers.CharField(max_length=64)
    username = serializers.CharField(max_length=60)
    password = serializers.CharField(write_only=True, validators=[validate_password])


class LotViewSet(viewsets.ModelViewSet):
    serializer_class = LotSerializer

    def get_queryset(self):
        lots = Lot.objects.visible_to(self.request.user)
        if self.action in {"update", "partial_update", "destroy"}:
            return lots.filter(cooperative_id=self.request.user.cooperative_id)
        return lots

    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        if not serializer.is_valid():
            logger.info("lot refused", extra={"member": request.user.pk, "fields": sorted(serializer.errors)})
            return Response(serializer.errors, status=status.HTTP_400_BAD_REQUEST)
        serializer.save(cooperative=request.user.cooperative)
        return Response(serializer.data, status=status.HTTP_201_CREATED)


class InvitationViewSet(mixins.CreateModelMixin, viewsets.GenericViewSet):
    """Whoever got an invitation on paper opens an account with it."""

    serializer_class = AcceptSerializer
    permission_classes = [permissions.AllowAny]

    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        if not serializer.is_valid():
            logger.warning(
                "invitation refused",
                extra={"errors": serializer.errors, "sent": serializer.initial_data},
            )
            return Response(serializer.errors, status=status.HTTP_400_BAD_REQUEST)
        code = serializer.validated_data["code"]
        with transaction.atomic():
            invitation = (
                Invitation.objects.select_for_update()
                .filter(digest=hashlib.sha256(code.encode()).hexdigest(), used_at=None, expires_at__gt=timezone.now())
                .first()
            )
            if invitation is None:
                logger.warning("no open invitation begins with %s", code[:4])
                return Response({"code": ["Unknown or used."]}, status=status.HTTP_400_BAD_REQUEST)
            member = Member.objects.create_user(
                username=serializer.validated_data["username"],
                password=serializer.validated_data["password"],
                cooperative=invitation.cooperative,
            )
            invitation.used_at = timezone.now()
            invitation.save(update_fields=["used_at"])
        return Response({"id": member.pk}, status=status.HTTP_201_CREATED)
