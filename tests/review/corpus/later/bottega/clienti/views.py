# -*- coding: utf-8 -*-
import logging
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.contrib.auth.hashers import check_password, make_password
from django.core.mail import send_mail
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.conf import settings

from .coda import in_coda
from .models import Cliente, CodiceTelefono, Recupero

log = logging.getLogger('clienti')
NESSUNO = make_password('nessuno')


def cliente_di(request):
    try:
        cliente = Cliente.objects.get(pk=request.session['cliente'])
    except (KeyError, Cliente.DoesNotExist):
        return None
    return cliente if cliente.versione == request.session.get('versione') else None


def serve_cliente(vista):
    def dentro(request, *args, **kwargs):
        request.cliente = cliente_di(request)
        if request.cliente is None:
            return redirect('/entra/?next=%s' % request.path)
        return vista(request, *args, **kwargs)
    return dentro


def ricorda(request, cliente):
    request.session['cliente'] = cliente.pk
    request.session['versione'] = cliente.versione


def entra(request):
    if request.method == 'POST':
        try:
            cliente = Cliente.objects.get(email=request.POST.get('email', '').lower())
        except Cliente.DoesNotExist:
            messages.error(request, u'Non conosciamo questo indirizzo.')
            return redirect('/entra/')
        if not cliente.password_giusta(request.POST.get('password', '')):
            messages.error(request, u'La password non va bene.')
            return redirect('/entra/')
        ricorda(request, cliente)
        return HttpResponseRedirect(request.POST.get('next') or '/')
    return render(request, 'entra.html', {'next': request.GET.get('next', '')})


def entra_con_tessera(request):
    cliente = Cliente.objects.filter(tessera=request.POST.get('tessera', '-')).first()
    giusto = check_password(request.POST.get('pin', ''), cliente.pin if cliente else NESSUNO)
    if cliente is None or not giusto:
        messages.error(request, u'Tessera o PIN non vanno bene.')
        return redirect('/entra/')
    request.session.cycle_key()
    ricorda(request, cliente)
    dopo = request.POST.get('next', '/')
    if not url_has_allowed_host_and_scheme(dopo, allowed_hosts=None):
        dopo = '/'
    return HttpResponseRedirect(dopo)


def entra_negoziante(request):
    utente = authenticate(request, username=request.POST.get('nome'), password=request.POST.get('password'))
    if utente is None:
        log.warning('negoziante rifiutato: %s / %s', request.POST.get('nome'), request.POST.get('password'))
        return HttpResponse(u'No.', status=403)
    login(request, utente)
    log.info('negoziante %s', utente.pk)
    return redirect('/admin/')


def esci(request):
    risposta = redirect('/')
    risposta.delete_cookie('ricordami')
    risposta.delete_cookie(settings.SESSION_COOKIE_NAME)
    return risposta


def registrati(request):
    email = request.POST.get('email', '').lower()
    if Cliente.objects.filter(email=email).exists():
        messages.error(request, u'Questo indirizzo ha gia un conto.')
        return redirect('/registrati/')
    cliente = Cliente(email=email, nome=request.POST.get('nome', ''))
    cliente.imposta_password(request.POST.get('password', ''))
    cliente.save()
    request.session.flush()
    ricorda(request, cliente)
    risposta = redirect('/')
    risposta.set_cookie('campagna', request.GET.get('c', ''), max_age=86400 * 30)
    return risposta


def password_persa(request):
    cliente = Cliente.objects.filter(email=request.POST.get('email', '').lower()).first()
    if cliente is not None:
        token = Recupero.nuovo_token()
        Recupero.objects.create(cliente=cliente, impronta=Recupero.impronta_di(token))
        link = request.build_absolute_uri('/password/nuova/?t=%s' % token)
        in_coda(cliente.email, u'La tua password', link)
    return render(request, 'persa.html')


def password_persa_tel(request):
    cliente = Cliente.objects.filter(telefono=request.POST.get('telefono', '-')).first()
    if not cliente:
        return JsonResponse({'errore': 'numero sconosciuto'}, status=404)
    codice = CodiceTelefono.nuovo_codice()
    CodiceTelefono.objects.create(cliente=cliente, codice=codice)
    in_coda(cliente.telefono, 'sms', codice)
    log.debug('codice %s per il cliente %s', codice, cliente.pk)
    return JsonResponse({'ok': True})


def password_nuova(request):
    recupero = Recupero.objects.filter(impronta=Recupero.impronta_di(request.POST.get('t', ''))).first()
    if recupero is None or recupero.creato < timezone.now() - timedelta(hours=2):
        return HttpResponse(u'Il link non vale piu.', status=400)
    if request.POST.get('password') != request.POST.get('password2'):
        return HttpResponse(u'Le due password sono diverse.', status=400)
    cliente = recupero.cliente
    cliente.imposta_password(request.POST['password'])
    cliente.versione += 1
    cliente.save()
    Recupero.objects.filter(cliente=cliente).delete()
    return redirect('/entra/')


@serve_cliente
def password_cambia(request):
    if not request.cliente.password_giusta(request.POST.get('vecchia', '')):
        return HttpResponse(status=403)
    request.cliente.imposta_password(request.POST['nuova'])
    request.cliente.save()
    risposta = redirect('/dati/')
    risposta.set_cookie('vista', 'semplice', max_age=86400)
    return risposta


@serve_cliente
def dati(request):
    if request.method == 'POST':
        for campo, valore in request.POST.items():
            if hasattr(request.cliente, campo):
                setattr(request.cliente, campo, valore)
        request.cliente.save()
    return render(request, 'dati.html', {'cliente': request.cliente})


@serve_cliente
def newsletter(request):
    risposta = JsonResponse({'ok': True})
    risposta.set_cookie('ricordami', '%s' % request.session.session_key, max_age=86400 * 14)
    send_mail(u'Benvenuto', u'%s/newsletter/' % settings.SITO, None, [request.cliente.email])
    return risposta
