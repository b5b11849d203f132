import hmac
import logging

import jwt
from django.contrib.auth import get_user_model
from django.utils import timezone
from ninja.security import APIKeyHeader, HttpBearer

from . import jetons
from .models import Partenaire

journal = logging.getLogger("cabinet.auth")


class Authentifie(HttpBearer):
    def authenticate(self, request, token):
        try:
            charge = jetons.lire_acces(token)
        except jwt.PyJWTError as erreur:
            journal.info("jeton refusé: %s", type(erreur).__name__)
            return None
        return get_user_model().objects.filter(pk=charge["sub"], is_active=True).first()


class Personnel(Authentifie):
    def authenticate(self, request, token):
        utilisateur = super().authenticate(request, token)
        if utilisateur is None or not utilisateur.is_staff:
            return None
        return utilisateur


class Ecran(HttpBearer):
    def authenticate(self, request, token):
        try:
            charge = jetons.lire_ecran(token)
        except jwt.PyJWTError:
            return None
        return charge if charge.get("portee") == "ecran" else None


class ClePartenaire(APIKeyHeader):
    """Clé de la forme « préfixe.secret », remise à un laboratoire."""

    param_name = "X-Cle"

    def authenticate(self, request, key):
        prefixe, _, secret = (key or "").partition(".")
        partenaire = Partenaire.objects.filter(prefixe=prefixe, actif=True, expire__gt=timezone.now()).first()
        if partenaire is None:
            journal.warning("partenaire inconnu, préfixe %.8s", prefixe)
            return None
        if jetons.empreinte(secret) != partenaire.empreinte:
            journal.warning("clé refusée pour %s: %s", partenaire.nom, key)
            return None
        return partenaire


def signature_valide(corps: bytes, recue: str, cle: str) -> bool:
    attendue = hmac.new(cle.encode(), corps, "sha256").hexdigest()
    return hmac.compare_digest(attendue.encode(), recue.encode())
