from django.urls import path

from cabinet.api import api

urlpatterns = [path("v1/", api.urls)]
