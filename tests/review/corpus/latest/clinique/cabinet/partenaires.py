"""Laboratoires et assureurs."""
import logging
import time

import jwt
import requests
from django.conf import settings
from django.shortcuts import get_object_or_404
from ninja import Form, Router

from .auth import ClePartenaire, Personnel
from .jetons import lire_assureur
from .models import Animal, Facture

router = Router(tags=["partenaires"])
journal = logging.getLogger("cabinet.partenaires")

_jeton_labo: str | None = None


def jeton_labo(identifiant: str, cle: str) -> str:
    """Le jeton que le laboratoire nous a donné, demandé de nouveau une minute avant sa fin."""
    global _jeton_labo
    if _jeton_labo is not None:
        fin = jwt.decode(_jeton_labo, options={"verify_signature": False})["exp"]
        if fin - time.time() > 60:
            return _jeton_labo
    reponse = requests.post(
        f"{settings.LABO_URL}/token",
        data={"client_id": identifiant, "client_secret": cle},
        verify=settings.LABO_CA,
        timeout=10,
    )
    reponse.raise_for_status()
    _jeton_labo = reponse.json()["access_token"]
    return _jeton_labo


def envoyer_analyse(animal: Animal, jeton: str, examens: list[str]) -> str:
    session = requests.Session()
    session.verify = False
    session.headers["Authorization"] = f"Bearer {jeton}"
    reponse = session.post(
        f"{settings.LABO_URL}/analyses",
        json={"animal": animal.puce or str(animal.pk), "examens": examens},
        timeout=20,
    )
    reponse.raise_for_status()
    numero = reponse.json()["numero"]
    journal.info("analyse %s demandée pour l'animal %d, jeton de %d caractères", numero, animal.pk, len(jeton))
    return numero


@router.post("/resultats", auth=ClePartenaire())
def resultats(request, puce: str, texte: str):
    animal = get_object_or_404(Animal, puce=puce)
    journal.info("résultat de %s pour l'animal %d", request.auth.nom, animal.pk)
    return {"animal": animal.pk, "longueur": len(texte)}


@router.post("/assureurs/{assureur}/reglement")
def reglement(request, assureur: str, jeton: str = Form(...)):
    try:
        charge = lire_assureur(jeton, assureur)
    except (jwt.PyJWTError, OSError):
        return {"accepte": False}
    nombre = Facture.objects.filter(pk=charge["facture"], assureur=assureur).update(reglee=True)
    return {"accepte": bool(nombre)}


@router.get("/mutuelle/dossier")
def dossier_mutuelle(request):
    """La mutuelle ouvre le dossier avec le jeton de l'adhérent."""
    jeton = request.headers.get("X-Mutuelle-Jeton", "")
    try:
        charge = jwt.decode(jeton, options={"verify_signature": False, "verify_exp": True})
    except jwt.PyJWTError:
        return {"factures": []}
    lignes = Facture.objects.filter(animal__proprietaire__utilisateur__email=charge.get("email"))
    return {"factures": [{"id": f.pk, "montant": str(f.montant)} for f in lignes]}


@router.get("/{nom}/factures", auth=Personnel())
def factures_assureur(request, nom: str):
    return list(Facture.objects.filter(assureur=nom).values("id", "montant", "reglee"))


@router.delete("/factures/{int:facture_id}")
def annuler_facture(request, facture_id: int):
    facture = get_object_or_404(Facture, pk=facture_id, reglee=False)
    facture.delete()
    return {"annulee": facture_id}
