from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
    TokenVerifyView,
)


class GroupSerializer(ModelSerializer):
    class Meta:
        model = Group
        fields = ["name"]


class Groups(ModelViewSet):
    queryset = Group.objects.all()
    serializer_class = GroupSerializer


router = DefaultRouter()
router.register("groups", Groups)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/", include(router.urls)),
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("api/token/verify/", TokenVerifyView.as_view()),
    path("api/token/blacklist/", TokenBlacklistView.as_view()),
]
