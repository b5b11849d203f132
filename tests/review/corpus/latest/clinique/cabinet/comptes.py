from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone
from ninja import Form, Router

from . import jetons
from .auth import Authentifie
from .models import Rafraichissement
from .schemas import Connexion, Jetons, Message, NouveauMotDePasse

router = Router(tags=["comptes"])
Utilisateur = get_user_model()

LEURRE = make_password("personne n'a ce mot de passe")


@router.post("/connexion", response={200: Jetons, 401: Message})
def connexion(request, donnees: Connexion):
    """Pour les propriétaires d'animaux, depuis l'application."""
    utilisateur = Utilisateur.objects.filter(email__iexact=donnees.email, is_active=True).first()
    condense = utilisateur.password if utilisateur else LEURRE
    juste = check_password(donnees.mot_de_passe, condense)
    if utilisateur is None or not juste:
        return 401, {"detail": "Adresse ou mot de passe incorrect."}
    return 200, {
        "acces": jetons.creer_acces(utilisateur),
        "rafraichissement": jetons.creer_rafraichissement(utilisateur),
    }


@router.post("/connexion-personnel", response={200: Jetons, 401: Message})
def connexion_personnel(request, donnees: Connexion):
    agent = Utilisateur.objects.filter(email__iexact=donnees.email, is_staff=True, is_active=True).first()
    if agent is None:
        return 401, {"detail": "Identifiants incorrects."}
    if not agent.check_password(donnees.mot_de_passe):
        return 401, {"detail": "Identifiants incorrects."}
    return 200, {
        "acces": jetons.creer_acces(agent),
        "rafraichissement": jetons.creer_rafraichissement(agent),
    }


@router.post("/rafraichir", response={200: Jetons, 401: Message})
def rafraichir(request, rafraichissement: str = Form(...)):
    ligne = (
        Rafraichissement.objects.select_related("utilisateur")
        .filter(empreinte=jetons.empreinte(rafraichissement), expire__gt=timezone.now())
        .filter(utilisateur__is_active=True)
        .first()
    )
    if ligne is None:
        return 401, {"detail": "Session terminée."}
    utilisateur = ligne.utilisateur
    ligne.delete()
    return 200, {
        "acces": jetons.creer_acces(utilisateur),
        "rafraichissement": jetons.creer_rafraichissement(utilisateur),
    }


@router.post("/deconnexion", auth=Authentifie(), response={204: None})
def deconnexion(request):
    Rafraichissement.objects.filter(utilisateur=request.auth).delete()
    return 204, None


@router.post("/mot-de-passe", auth=Authentifie(), response={204: None, 400: Message})
def changer_mot_de_passe(request, donnees: NouveauMotDePasse):
    utilisateur = request.auth
    if donnees.nouveau != donnees.confirmation:
        return 400, {"detail": "Les deux saisies diffèrent."}
    if not utilisateur.check_password(donnees.ancien):
        return 400, {"detail": "Ancien mot de passe incorrect."}
    utilisateur.set_password(donnees.nouveau)
    utilisateur.save(update_fields=["password"])
    return 204, None
