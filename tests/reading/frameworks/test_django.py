"""Patterns of Django, from lists that are added, included and registered."""

from __future__ import annotations

from pathlib import Path

from tests.reading.written import project

from rescind.reading.frameworks.django import patterns, settings_of


def test_patterns_in_the_order_in_which_they_are_tried(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        {
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.production')\n",
            "site_/__init__.py": "",
            "site_/base.py": "ROOT_URLCONF = 'site_.urls'\nFILES = '/files/'\n",
            "site_/production.py": "from site_.base import *\n",
            "site_/urls.py": """
                from django.conf import settings
                from django.conf.urls.static import static
                from django.contrib import admin
                from django.urls import include, path, re_path
                from shop import urls, views
                more = [path("more/", views.one)]
                urlpatterns = [
                    path("", views.one, name="home"),
                    re_path(r"^old/(?P<year>\\d+)/$", views.one),
                    path("shop/", include("shop.urls", namespace="second")),
                    path("by-module/", include(urls)),
                    path("both/", include((more, "more"))),
                    path("admin/", admin.site.urls),
                ] + more
                urlpatterns += static(settings.FILES, document_root="x")
                urlpatterns.append(path("last/", views.one))
            """,
            "shop/__init__.py": "",
            "shop/models.py": "from django.db import models\nclass Order(models.Model): ...\n",
            "shop/admin.py": "from django.contrib import admin\nfrom shop.models import Order\n"
            "admin.site.register(Order)\n",
            "shop/views.py": "def one(request): ...\n",
            "shop/urls.py": "from django.urls import path\nfrom shop import views\napp_name = 'shop'\n"
            "urlpatterns = [path('<int:pk>/', views.one, name='one')]\n",
        },
    )
    module = settings_of(made)
    assert module is not None and module.name == "site_.production"
    found = [(each.path, each.name) for each in patterns(made) if each.kind != "admin"]
    assert found == [
        ("/", "home"), ("/old/(?P<year>\\d+)/", ""), ("/shop/<int:pk>/", "second:shop:one"),
        ("/by-module/<int:pk>/", "shop:one"), ("/both/more/", "more:"), ("/more/", ""),
        ("/files/(?P<path>.*)", ""), ("/last/", ""),
    ]  # fmt: skip
    pages = [each.path for each in patterns(made) if each.kind == "admin"]
    assert "/admin/logout/" in pages and "/admin/shop/order/add/" in pages


def test_patterns_that_include_each_other_end(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        {
            "settings.py": "ROOT_URLCONF = 'urls'\n",
            "urls.py": "from django.urls import include, path\nurlpatterns = [path('a/', include('urls'))]\n",
        },
    )
    assert patterns(made) == []
