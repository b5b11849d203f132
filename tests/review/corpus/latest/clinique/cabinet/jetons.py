import hashlib
import secrets
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

import boto3
import jwt
from django.conf import settings

from .models import Rafraichissement

DUREE_ACCES = timedelta(minutes=15)
DUREE_RAFRAICHISSEMENT = timedelta(days=14)


@lru_cache(maxsize=1)
def cle_du_personnel() -> str:
    coffre = boto3.client("secretsmanager")
    return coffre.get_secret_value(SecretId=settings.JWT_SECRET_NAME)["SecretString"]


def maintenant() -> datetime:
    return datetime.now(timezone.utc)


def empreinte(valeur: str) -> str:
    return hashlib.sha256(valeur.encode()).hexdigest()


def creer_acces(utilisateur) -> str:
    charge = {
        "sub": str(utilisateur.pk),
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "iat": maintenant(),
        "exp": maintenant() + DUREE_ACCES,
    }
    return jwt.encode(charge, cle_du_personnel(), algorithm="HS256")


def lire_acces(jeton: str) -> dict:
    return jwt.decode(
        jeton,
        cle_du_personnel(),
        algorithms=["HS256"],
        audience=settings.JWT_AUDIENCE,
        issuer=settings.JWT_ISSUER,
        options={"require": ["exp", "sub"]},
    )


def creer_rafraichissement(utilisateur) -> str:
    valeur = secrets.token_urlsafe(32)
    Rafraichissement.objects.create(
        utilisateur=utilisateur,
        empreinte=empreinte(valeur),
        expire=maintenant() + DUREE_RAFRAICHISSEMENT,
    )
    return valeur


def jeton_ecran(salle: str) -> str:
    """Pour l'écran d'une salle d'attente, collé une fois dans sa configuration."""
    charge = {"salle": salle, "portee": "ecran", "iat": maintenant()}
    return jwt.encode(charge, settings.ECRAN_CLE, algorithm="HS256")


def lire_ecran(jeton: str) -> dict:
    return jwt.decode(jeton, settings.ECRAN_CLE, algorithms=["HS256"])


def lire_assureur(jeton: str, assureur: str) -> dict:
    """Chaque assureur signe ses demandes avec sa propre clé."""
    if not assureur.isalnum():
        raise jwt.InvalidTokenError("assureur inconnu")
    pem = Path(settings.ASSUREURS_PEM, f"{assureur}.pem").read_text()
    entete = jwt.get_unverified_header(jeton)
    return jwt.decode(jeton, pem, algorithms=[entete["alg"]], audience="tilleuls")
