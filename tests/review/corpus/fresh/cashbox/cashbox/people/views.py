from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import generics, permissions, status, viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.response import Response
from rest_framework.views import APIView

from .authentication import KeyAuthentication, QuietSessionAuthentication
from .models import ApiKey, Household, Invitation
from .serializers import ApiKeySerializer, HouseholdSerializer, MemberSerializer, ProfileSerializer
from .tasks import send_reset

Member = get_user_model()


class MeView(generics.RetrieveUpdateAPIView):
    """The settings page."""

    serializer_class = ProfileSerializer

    def get_object(self):
        return self.request.user


class MemberViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = MemberSerializer

    def get_queryset(self):
        return Member.objects.filter(household=self.request.user.household)


class ApiKeyViewSet(viewsets.ModelViewSet):
    authentication_classes = [QuietSessionAuthentication, KeyAuthentication]
    serializer_class = ApiKeySerializer
    queryset = ApiKey.objects.all()

    def perform_create(self, serializer):
        key, self.raw = ApiKey.issue(self.request.user)
        serializer.instance = key

    @action(detail=True, methods=["post"])
    def revoke(self, request, pk=None):
        key = self.get_object()
        key.revoked_at = key.revoked_at or timezone.now()
        key.save(update_fields=["revoked_at"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class HouseholdView(generics.RetrieveUpdateAPIView):
    serializer_class = HouseholdSerializer
    queryset = Household.objects.all()

    def get_object(self):
        household = super().get_object()
        if household.pk != self.request.user.household_id:
            self.permission_denied(self.request)
        return household


class ForgottenView(APIView):
    permission_classes = [permissions.AllowAny]
    authentication_classes = []

    def post(self, request):
        address = request.data.get("email", "")
        send_reset.delay(address)
        return Response({"detail": "If there is an account, a message is on its way."})


class CodeView(APIView):
    """Sends a code for signing in on a till."""

    permission_classes = [permissions.AllowAny]
    authentication_classes = []

    def post(self, request):
        try:
            member = Member.objects.get(email__iexact=request.data.get("email", ""))
        except Member.DoesNotExist:
            return Response({"detail": "Unknown address."}, status=status.HTTP_404_NOT_FOUND)
        send_reset.delay(member.email, kind="code")
        return Response({"detail": "sent"})


@api_view(["POST"])
@permission_classes([permissions.AllowAny])
def join(request, code):
    invitation = Invitation.objects.filter(code=code).first()
    if invitation is None or not invitation.still_open:
        return Response(status=status.HTTP_410_GONE)
    member = Member.objects.create_user(
        username=invitation.email,
        email=invitation.email,
        password=request.data["password"],
        household=invitation.household,
    )
    Invitation.objects.filter(pk=invitation.pk).update(used_at=member.date_joined)
    return Response(MemberSerializer(member).data, status=status.HTTP_201_CREATED)


def health(request):
    return HttpResponse("ok")
