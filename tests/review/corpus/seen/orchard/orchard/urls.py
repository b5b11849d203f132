from django.urls import include, path

urlpatterns = [
    path("accounts/", include("accounts.urls", namespace="accounts")),
    path("catalogue/", include("catalogue.urls", namespace="catalogue")),
]
