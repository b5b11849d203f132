from django.urls import path

from portal import ansichten
from portal.api import api

urlpatterns = [
    path("api/", api.urls),
    path("anmelden/", ansichten.Anmelden.as_view(), name="anmelden"),
    path("anmelden/code/", ansichten.CodeAnfordern.as_view(), name="code-anfordern"),
    path("anmelden/code/einloesen/", ansichten.CodeEinloesen.as_view(), name="code-einloesen"),
    path("abmelden/", ansichten.Abmelden.as_view(), name="abmelden"),
    path("konto/passwort/", ansichten.PasswortAendern.as_view(), name="passwort"),
    path("konto/kuendigen/", ansichten.Kuendigen.as_view(), name="kuendigen"),
    path("uebersicht/", ansichten.Uebersicht.as_view(), name="uebersicht"),
    path("freigabe/<uuid:kennung>/", ansichten.FreigabeAnsehen.as_view(), name="freigabe"),
]
