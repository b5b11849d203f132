from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.csrf import csrf_protect
from rest_framework import generics, permissions, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.views import APIView

from patients.scoping import IsLead, PracticeScopedMixin

from . import serializers
from .models import Invite, MobileDevice, StaffMember, digest
from .tasks import mail_reset_link


class PublicView(APIView):
    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)


@method_decorator(csrf_protect, name="dispatch")
class SessionSignInView(PublicView):
    def post(self, request):
        form = serializers.SignInSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        staff = authenticate(
            request, username=form.validated_data["username"], password=form.validated_data["password"]
        )
        if staff is None:
            return Response({"detail": "Wrong name or password."}, status=status.HTTP_400_BAD_REQUEST)
        login(request, staff)
        return Response(serializers.MeSerializer(staff).data)


class MobileSignInView(PublicView):
    def post(self, request):
        form = serializers.SignInSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        name, password = form.validated_data["username"], form.validated_data["password"]
        staff = authenticate(request, username=name, password=password)
        if staff is None:
            return Response({"detail": "Wrong name or password."}, status=status.HTTP_400_BAD_REQUEST)
        return Response({"token": MobileDevice.enrol(staff, form.validated_data["device"])})


class SignOutView(APIView):
    def post(self, request):
        if isinstance(request.auth, MobileDevice):
            request.auth.delete()
        logout(request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ForgottenPasswordView(PublicView):
    def post(self, request):
        address = str(request.data.get("email", "")).strip()
        staff = get_object_or_404(StaffMember, email__iexact=address, is_active=True)
        mail_reset_link.delay(staff.pk)
        return Response({"detail": "Look into your mailbox."}, status=status.HTTP_202_ACCEPTED)


class ResetPasswordView(PublicView):
    def post(self, request, uidb64, token):
        form = serializers.NewPasswordSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            pk = int(urlsafe_base64_decode(uidb64))
        except ValueError:
            pk = None
        staff = StaffMember.objects.filter(pk=pk, is_active=True).first()
        if staff is None or not default_token_generator.check_token(staff, token):
            return Response({"detail": "This link is no longer good."}, status=status.HTTP_400_BAD_REQUEST)
        with transaction.atomic():
            staff.set_password(form.validated_data["password"])
            staff.save(update_fields=["password"])
            staff.devices.all().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordChangeView(APIView):
    def post(self, request):
        form = serializers.PasswordChangeSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            request.user.set_password(form.validated_data["password"])
            request.user.save(update_fields=["password"])
            request.user.devices.all().delete()
        update_session_auth_hash(request, request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AcceptInviteView(PublicView):
    def post(self, request, token):
        invite = get_object_or_404(Invite.objects.live(), token_digest=digest(token))
        form = serializers.AcceptInviteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            StaffMember.objects.create_user(
                form.validated_data["username"],
                invite.email,
                form.validated_data["password"],
                practice=invite.practice,
                role=invite.role,
            )
            invite.accepted_at = timezone.now()
            invite.save(update_fields=["accepted_at"])
        return Response(status=status.HTTP_201_CREATED)


class MeView(generics.RetrieveUpdateAPIView):
    serializer_class = serializers.MeSerializer

    def get_object(self):
        return self.request.user


class StaffViewSet(PracticeScopedMixin, viewsets.ModelViewSet):
    queryset = StaffMember.objects.order_by("last_name")
    serializer_class = serializers.StaffSerializer

    def get_permissions(self):
        if self.action in {"create", "update", "partial_update", "destroy"}:
            return [permissions.IsAuthenticated(), IsLead()]
        return super().get_permissions()

    def perform_create(self, serializer):
        staff = serializer.save(practice=self.request.user.practice)
        staff.set_unusable_password()
        staff.save(update_fields=["password"])

    @action(detail=True, methods=["post"], permission_classes=[permissions.IsAuthenticated, IsLead])
    def suspend(self, request, pk=None):
        staff = self.get_object()
        staff.is_active = False
        staff.save(update_fields=["is_active"])
        return Response(self.get_serializer(staff).data)

    @action(detail=True, methods=["post"], url_path="role")
    def change_role(self, request, pk=None):
        staff = self.get_object()
        serializer = self.get_serializer(staff, data={"role": request.data.get("role")}, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    @action(detail=False)
    def on_duty(self, request):
        vets = self.get_queryset().filter(is_active=True, role__in=[StaffMember.Role.VET, StaffMember.Role.LEAD])
        return Response([{"id": vet.pk, "name": vet.get_full_name(), "phone": vet.phone} for vet in vets])
