from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path, re_path
from rest_framework.routers import DefaultRouter

from shop import views

handler404 = "shop.views.lost"
router = DefaultRouter()
router.register("articles", views.Articles)
router.register("things", views.Things, basename="thing")

shop = (
    [
        path("", views.home, name="home"),
        path("<int:number>/", views.home, name="one"),
        path("<str:word>/", views.home, name="word"),
        path("basket/", login_required(views.home), name="basket"),
        re_path(r"^old/(?P<year>[0-9]{4})/$", views.Old.as_view(), name="old"),
    ],
    "shop",
)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("login/", LoginView.as_view()),
    path("logout/", LogoutView.as_view()),
    path("account/", views.account, name="account"),
    path("later/", views.later),
    path("add/", views.add),
    path("made/", views.made),
    path("thing/<slug:name>/", views.thing),
    path("lambda/", lambda request: views.home(request, word="x")),
    path("orders/", views.Orders.as_view()),
    path("backwards/", views.Backwards.as_view()),
    path("stock/", views.Stock.as_view()),
    path("own/", views.Own.as_view()),
    path("forgetful/", views.Forgetful.as_view()),
    path("shop/", include(shop, namespace="first")),
    path("again/", include(shop, namespace="second")),
    path("api/", include(router.urls)),
    path("api/status/", views.Status.as_view()),
    path("api/me/", views.me),
    re_path(r"^files/(?P<name>.*)$", views.home),
    path("files/secret/", login_required(views.home)),
    *i18n_patterns(path("about/", views.About.as_view(), name="about")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
