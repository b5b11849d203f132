from django.urls import path

from termine import ansichten

urlpatterns = [
    path("anmelden/", ansichten.anmelden),
    path("karte/", ansichten.mit_karte),
    path("vergessen/", ansichten.vergessen),
    path("termine/", ansichten.TerminListe.as_view()),
    path("termine/<int:pk>/", ansichten.TerminEinzeln.as_view()),
    path("befunde/<int:pk>/", ansichten.BefundEinzeln.as_view()),
    path("statistik/", ansichten.Statistik.as_view()),
    path("kennwort/", ansichten.NeuesKennwort.as_view()),
]
