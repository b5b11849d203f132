from django.contrib.auth import authenticate, get_user_model, login, logout
from django.urls import include, path
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSet


class Site(ViewSet):
    def get_permissions(self):
        if self.action in ("sign_in", "disable"):
            return [AllowAny()]
        return [IsAuthenticated()]

    @action(detail=False, methods=["post"], url_path="login", authentication_classes=[])
    def sign_in(self, request):
        user = authenticate(request, username=request.data["user"], password=request.data["password"])
        login(request, user)
        return Response(status=204)

    @action(detail=False)
    def me(self, request):
        return Response(request.user.get_username())

    @action(detail=False, methods=["post"], url_path="logout")
    def sign_out(self, request):
        logout(request)
        return Response(status=204)

    @action(detail=False, methods=["post"], url_path="disable/(?P<who>[^/]+)")
    def disable(self, request, who):
        get_user_model().objects.filter(username=who).update(is_active=False)
        return Response(status=204)


router = SimpleRouter(trailing_slash=False)
router.register("", Site, basename="site")


urlpatterns = [
    path("", include(router.urls)),
]
