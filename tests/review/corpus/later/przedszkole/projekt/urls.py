from django.urls import path
from dzieci import widoki
from dzieci.api_dzieci import brama, kadra, router
from dzieci.api_konta import router as konta
from ninja import NinjaAPI

api = NinjaAPI(title="Przedszkole")
api.add_router("/", router)
api.add_router("/konta", konta)
api.add_router("/brama", brama)
api.add_router("/kadra", kadra)

urlpatterns = [
    path("api/", api.urls),
    path("zgody/", widoki.zgody),
    path("wyjscie/", widoki.wyjscie),
]
