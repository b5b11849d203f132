from django.contrib.auth import authenticate, get_user_model
from django.urls import path
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken


class SignIn(APIView):
    permission_classes = [AllowAny]
    authentication_classes = []

    def post(self, request):
        user = authenticate(request, username=request.data["user"], password=request.data["password"])
        return Response({"token": str(AccessToken.for_user(user))})


class Me(APIView):
    def get(self, request):
        return Response(request.user.get_username())


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
    path("disable/<str:who>", disable),
    path("password", change_password),
]
