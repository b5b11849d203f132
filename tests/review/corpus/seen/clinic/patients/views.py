import logging
import uuid

from django.contrib.auth.models import User
from django.db import connection
from rest_framework import viewsets
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import RefreshToken

from .models import Doctor, Note, Record
from .serializers import DoctorSerializer, NoteSerializer, RecordSerializer

logger = logging.getLogger("patients")


class RecordViewSet(viewsets.ModelViewSet):
    serializer_class = RecordSerializer

    def get_queryset(self):
        return Record.objects.filter(patient=self.request.user)

    def perform_create(self, serializer):
        serializer.save(patient=self.request.user)


class NoteViewSet(viewsets.ModelViewSet):
    serializer_class = NoteSerializer
    queryset = Note.objects.all()

    def perform_create(self, serializer):
        serializer.save(author=self.request.user)


class DoctorViewSet(viewsets.ReadOnlyModelViewSet):
    permission_classes = [AllowAny]
    queryset = Doctor.objects.all()
    serializer_class = DoctorSerializer


class LoginView(APIView):
    permission_classes = [AllowAny]
    authentication_classes = []

    def post(self, request):
        name, password = request.data["username"], request.data["password"]
        try:
            user = User.objects.get(username=name)
        except User.DoesNotExist:
            return Response({"detail": "Invalid credentials"}, status=401)
        if not user.check_password(password):
            return Response({"detail": "Invalid credentials"}, status=401)
        refresh = RefreshToken.for_user(user)
        logger.info("signed in %s with %s", user.pk, request.data)
        return Response({"refresh": str(refresh), "access": str(refresh.access_token)})


class LogoutView(APIView):
    def post(self, request):
        RefreshToken(request.data["refresh"]).blacklist()
        return Response(status=205)


class PinView(APIView):
    def post(self, request):
        doctor = Doctor.objects.get(user=request.user)
        if doctor.pin == request.data.get("pin"):
            return Response({"unlocked": True})
        return Response({"unlocked": False}, status=403)

    def put(self, request):
        doctor = Doctor.objects.get(user=request.user)
        doctor.pin = request.data["pin"]
        doctor.save(update_fields=["pin"])
        return Response(status=204)


class ExportView(APIView):
    permission_classes = [IsAdminUser]

    def get(self, request):
        since = request.query_params.get("since", "2000-01-01")
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM patients_record WHERE opened >= '{}'".format(since))
            rows = cursor.fetchall()
        name = f"export-{uuid.uuid1()}.csv"
        return Response({"name": name, "rows": len(rows)})
