# -*- coding: utf-8 -*-
# Impostazioni del negozio. Nato con Django 1.4, aggiornato quando serviva.
import os

PROGETTO = os.path.dirname(os.path.abspath(__file__))

DEBUG = False
ALLOWED_HOSTS = ['*']

SECRET_KEY = 'q8$1n^bottega&kd0x!z)4w@7m'

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.mysql',
        'NAME': 'bottega',
        'USER': os.environ.get('DB_USER', 'bottega'),
        'PASSWORD': os.environ['DB_PASSWORD'],
        'HOST': os.environ.get('DB_HOST', ''),
    }
}

INSTALLED_APPS = (
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.sessions',
    'django.contrib.admin',
    'django.contrib.messages',
    'negozio',
    'clienti',
)

MIDDLEWARE = [
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
]

ROOT_URLCONF = 'bottega.urls'

SESSION_SERIALIZER = 'django.contrib.sessions.serializers.PickleSerializer'
SESSION_ENGINE = 'django.contrib.sessions.backends.cached_db'
SESSION_COOKIE_SECURE = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14

CACHES = {
    'default': {
        'BACKEND': 'django.core.cache.backends.memcached.PyLibMCCache',
        'LOCATION': '127.0.0.1:11211',
    }
}

CHIAVE_BANCA_FILE = '/etc/bottega/banca.key'
BANCA_MAC_KEY = 'B0tt3g4-M4C-99'
SITO = 'https://www.bottega.example.it'
EMAIL_HOST = 'localhost'
