from django.urls import path

from leasehold.api import api

urlpatterns = [path("v1/", api.urls)]
