from functools import partial

from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin
from django.http import HttpResponse
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django.views.generic import ListView, RedirectView, TemplateView
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet, ViewSet

from shop.models import Article, Order


def home(request, **given):
    return HttpResponse("home")


@require_GET
@login_required
@never_cache
def account(request):
    return HttpResponse("account")


@login_required
@require_http_methods(["POST", "DELETE"])
async def later(request):
    return HttpResponse("later")


@permission_required("shop.add_article", raise_exception=True)
def add(request):
    return HttpResponse("add")


class Callable:
    def __call__(self, request, **given):
        return HttpResponse("object")


made = partial(home, word="x")
thing = Callable()


class Orders(LoginRequiredMixin, ListView):
    model = Order
    template_name = "orders.html"


class Backwards(View, LoginRequiredMixin):
    """The mixin comes too late: `View.dispatch` does not go on to it."""

    def get(self, request):
        return HttpResponse("open")


class Stock(PermissionRequiredMixin, View):
    permission_required = "shop.view_article"

    def get(self, request):
        return HttpResponse("stock")

    def put(self, request):
        return HttpResponse("stock")


class Own(UserPassesTestMixin, View):
    def test_func(self):
        return self.request.user.is_staff

    def get(self, request):
        return HttpResponse("own")


class Forgetful(LoginRequiredMixin, View):
    """Does not go on to the mixin."""

    def dispatch(self, request, *args, **kwargs):
        return HttpResponse("open")


class About(TemplateView):
    template_name = "about.html"


class Old(RedirectView):
    url = "/"


class ArticleSerializer(ModelSerializer):
    class Meta:
        model = Article
        fields = ["title"]


class Articles(ModelViewSet):
    queryset = Article.objects.all()
    serializer_class = ArticleSerializer
    permission_classes = [IsAuthenticatedOrReadOnly]

    @action(detail=True, methods=["post"], permission_classes=[IsAdminUser])
    def hide(self, request, pk=None):
        return Response()


class Things(ViewSet):
    permission_classes = [IsAuthenticated | IsAdminUser]

    def list(self, request):
        return Response()


class Status(APIView):
    permission_classes = [AllowAny]

    def get(self, request):
        return Response({"ok": True})


@api_view(["GET", "POST"])
@permission_classes([IsAuthenticated])
def me(request):
    return Response(request.user.get_username())


def lost(request, exception):
    return HttpResponse("lost", status=404)
