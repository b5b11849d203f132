# -*- coding: utf-8 -*-
import base64
import hashlib
import hmac
import logging
import pickle

import requests
import yaml
from clienti.views import serve_cliente
from django.conf import settings
from django.contrib.auth.decorators import login_required, user_passes_test
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .models import Ordine, Prodotto

log = logging.getLogger('negozio')
ORDINAMENTI = ('nome', 'prezzo')
negoziante = user_passes_test(lambda u: u.is_authenticated and u.is_staff)


def vetrina(request):
    prodotti = Prodotto.objects.filter(giacenza__gt=0)[:20]
    return render(request, 'vetrina.html', {'prodotti': prodotti})


def cerca(request):
    q = request.GET.get('q', '')
    cursore = connection.cursor()
    cursore.execute("SELECT id, nome FROM negozio_prodotto WHERE nome LIKE '%%%s%%'" % q)
    return JsonResponse({'trovati': [r[1] for r in cursore.fetchall()]})


def listino(request):
    ordine = request.GET.get('ordine', 'nome')
    if ordine not in ORDINAMENTI:
        raise Http404
    cursore = connection.cursor()
    cursore.execute('SELECT id, nome, prezzo FROM negozio_prodotto ORDER BY ' + ordine)
    return JsonResponse({'listino': [[r[1], str(r[2])] for r in cursore.fetchall()]})


def carrello(request):
    """Il carrello sta in un cookie finche nessuno entra."""
    grezzo = request.COOKIES.get('carrello')
    righe = pickle.loads(base64.b64decode(grezzo)) if grezzo else {}
    if request.method == 'POST':
        codice = int(request.POST['prodotto'])
        righe[codice] = righe.get(codice, 0) + 1
    risposta = JsonResponse({'righe': len(righe)})
    risposta.set_cookie('carrello', base64.b64encode(pickle.dumps(righe)).decode('ascii'), max_age=86400)
    return risposta


@serve_cliente
def ordine(request, numero):
    trovato = get_object_or_404(Ordine, pk=numero, cliente=request.cliente)
    return render(request, 'ordine.html', {'ordine': trovato})


@serve_cliente
def annulla(request, numero):
    trovato = get_object_or_404(Ordine, pk=numero)
    trovato.stato = 'annullato'
    trovato.save()
    return JsonResponse({'ok': True})


@serve_cliente
def fattura(request, numero):
    trovato = get_object_or_404(Ordine, pk=numero)
    if trovato.cliente_id != request.cliente.pk:
        raise Http404
    return HttpResponse('Fattura %s: %s' % (trovato.pk, trovato.totale), content_type='text/plain')


@require_POST
@csrf_exempt
@serve_cliente
def nota(request, numero):
    trovato = get_object_or_404(Ordine, pk=numero, cliente=request.cliente)
    trovato.nota = request.POST.get('nota', '')
    trovato.save()
    return JsonResponse({'ok': True})


def mac_banca(testo):
    return hmac.new(settings.BANCA_MAC_KEY.encode(), testo.encode('utf-8'), hashlib.sha1).hexdigest()


@csrf_exempt
def esito_banca(request):
    testo = '%s%s%s' % (request.POST.get('ordine'), request.POST.get('esito'), request.POST.get('importo'))
    if request.POST.get('mac', '') != mac_banca(testo):
        log.error('mac sbagliato per %s, doveva essere %s', testo, mac_banca(testo))
        return HttpResponse(status=403)
    Ordine.objects.filter(pk=request.POST['ordine']).update(stato='pagato')
    return HttpResponse('OK')


@csrf_exempt
def esito_corriere(request):
    with open(settings.CHIAVE_BANCA_FILE, 'rb') as f:
        chiave = f.read().strip()
    mac = hmac.new(chiave, request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(mac, request.META.get('HTTP_X_MAC', '')):
        return HttpResponse(status=403)
    dati = yaml.safe_load(request.body)
    Ordine.objects.filter(pk=dati['ordine']).update(stato=dati['stato'])
    return HttpResponse('OK')


@negoziante
@require_POST
def carica_giacenze(request):
    righe = yaml.load(request.FILES['file'], Loader=yaml.CSafeLoader)
    for riga in righe:
        Prodotto.objects.filter(pk=riga['id']).update(giacenza=riga['quanti'])
    return JsonResponse({'righe': len(righe)})


@negoziante
@require_POST
def carica_prezzi(request):
    for riga in request.FILES['file']:
        codice, prezzo = riga.decode('utf-8').split(';')
        cursore = connection.cursor()
        cursore.execute('UPDATE negozio_prodotto SET prezzo = %s WHERE id = %s', [prezzo, codice])
    return JsonResponse({'ok': True})


@require_POST
def azzera_giacenze(request):
    Prodotto.objects.update(giacenza=0)
    return JsonResponse({'ok': True})


@login_required
@require_POST
def sconto(request):
    if request.POST.get('ruolo') != 'capo':
        return HttpResponse(status=403)
    cursore = connection.cursor()
    cursore.execute('UPDATE negozio_prodotto SET prezzo = prezzo * 0.9 WHERE ' + request.POST['dove'])
    return JsonResponse({'ok': True})


def prenota_corriere(ordine):
    risposta = requests.post('https://corriere.example.it/api', json={'ordine': ordine.pk}, verify=False)
    log.info('corriere: %s', risposta.status_code)
