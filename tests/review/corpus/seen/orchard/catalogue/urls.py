from django.urls import path

from . import views

app_name = "catalogue"
urlpatterns = [
    path("", views.index, name="index"),
    path("search/", views.search, name="search"),
    path("report/<str:column>/", views.report, name="report"),
    path("basket/", views.basket, name="basket"),
]
