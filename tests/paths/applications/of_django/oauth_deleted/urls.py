from datetime import timedelta

from django.contrib.auth import authenticate, get_user_model
from django.urls import path
from django.utils import timezone
from oauth2_provider.models import AccessToken
from oauthlib.common import generate_token
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView


class SignIn(APIView):
    permission_classes = [AllowAny]
    authentication_classes = []

    def post(self, request):
        user = authenticate(request, username=request.data["user"], password=request.data["password"])
        ends = timezone.now() + timedelta(seconds=7_200)
        token = AccessToken.objects.create(user=user, token=generate_token(), expires=ends, scope="read")
        return Response({"authorization": f"Bearer {token.token}"})


class Me(APIView):
    def get(self, request):
        return Response(request.user.get_username())


@api_view(["POST"])
def sign_out(request):
    request.auth.delete()
    return Response(status=204)


@api_view(["POST"])
@permission_classes([AllowAny])
@authentication_classes([])
def disable(request, who):
    get_user_model().objects.filter(username=who).update(is_active=False)
    return Response(status=204)


@api_view(["POST"])
def change_password(request):
    request.user.set_password(request.query_params["new"])
    request.user.save()
    return Response(status=204)


urlpatterns = [
    path("login", SignIn.as_view()),
    path("me", Me.as_view()),
    path("logout", sign_out),
    path("disable/<str:who>", disable),
    path("password", change_password),
]
