# -*- coding: utf-8 -*-
from clienti import views as clienti
from django.contrib import admin
from django.urls import path, re_path
from negozio import views as negozio

urlpatterns = [
    path('admin/', admin.site.urls),
    path('', negozio.vetrina),
    path('cerca/', negozio.cerca),
    path('listino/', negozio.listino),
    path('carrello/', negozio.carrello),
    re_path(r'^ordine/(\d+)/$', negozio.ordine),
    re_path(r'^ordine/(\d+)/annulla/$', negozio.annulla),
    re_path(r'^ordine/(\d+)/fattura/$', negozio.fattura),
    re_path(r'^ordine/(\d+)/nota/$', negozio.nota),
    path('banca/esito/', negozio.esito_banca),
    path('corriere/esito/', negozio.esito_corriere),
    path('magazzino/carica/', negozio.carica_giacenze),
    path('magazzino/prezzi/', negozio.carica_prezzi),
    path('magazzino/azzera/', negozio.azzera_giacenze),
    path('magazzino/sconto/', negozio.sconto),
    path('entra/', clienti.entra),
    path('entra/tessera/', clienti.entra_con_tessera),
    path('entra/negoziante/', clienti.entra_negoziante),
    path('esci/', clienti.esci),
    path('registrati/', clienti.registrati),
    path('password/persa/', clienti.password_persa),
    path('password/persa/tel/', clienti.password_persa_tel),
    path('password/nuova/', clienti.password_nuova),
    path('password/cambia/', clienti.password_cambia),
    path('dati/', clienti.dati),
    path('newsletter/', clienti.newsletter),
]
