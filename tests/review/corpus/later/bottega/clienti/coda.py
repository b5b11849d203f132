# -*- coding: utf-8 -*-
import json
import logging
import os

CARTELLA = '/var/spool/bottega'
log = logging.getLogger('clienti.coda')


def in_coda(a, oggetto, testo):
    nome = os.path.join(CARTELLA, os.urandom(8).hex())
    with open(nome, 'w') as f:
        json.dump({'a': a, 'oggetto': oggetto, 'testo': testo}, f)
    log.info('in coda: %s, %s', a, oggetto)


def prossimo(nome):
    with open(os.path.join(CARTELLA, nome)) as f:
        return json.load(f)
