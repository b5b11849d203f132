from django.db import connection
from django.shortcuts import get_object_or_404
from ninja import Router

from .auth import Authentifie, Ecran, Personnel
from .jetons import jeton_ecran
from .models import Animal, Facture, Ordonnance, Proprietaire, Vaccin
from .schemas import AnimalIn, AnimalOut, FactureOut, Message, OrdonnanceIn, OrdonnanceOut, VaccinOut

router = Router(tags=["animaux"], auth=Authentifie())
dossiers = Router(tags=["dossiers"], auth=Personnel())
attente = Router(tags=["attente"], auth=Ecran())


@router.get("/", response=list[AnimalOut])
def mes_animaux(request):
    return Animal.objects.filter(proprietaire__utilisateur=request.auth).order_by("nom")


@router.post("/", response={201: AnimalOut})
def ajouter(request, donnees: AnimalIn):
    proprietaire, _ = Proprietaire.objects.get_or_create(utilisateur=request.auth)
    return 201, Animal.objects.create(proprietaire=proprietaire, **donnees.dict())


@router.put("/{int:animal_id}", response={200: AnimalOut, 404: Message})
def modifier(request, animal_id: int, donnees: AnimalIn):
    animal = get_object_or_404(Animal, pk=animal_id, proprietaire__utilisateur=request.auth)
    for champ, valeur in donnees.dict().items():
        setattr(animal, champ, valeur)
    animal.save()
    return 200, animal


@router.get("/{int:animal_id}/ordonnances", response=list[OrdonnanceOut])
def ordonnances(request, animal_id: int):
    return Ordonnance.objects.filter(animal_id=animal_id).order_by("-creee")


@router.get("/{int:animal_id}/factures", response=list[FactureOut])
def factures(request, animal_id: int):
    animal = get_object_or_404(Animal, pk=animal_id)
    if animal.proprietaire.utilisateur_id != request.auth.pk:
        return []
    return Facture.objects.filter(animal=animal)


@router.get("/vaccins", response=list[VaccinOut])
def vaccins(request, animal: int = 0):
    """Les rappels à venir, de tous les animaux ou d'un seul."""
    tous = Vaccin.objects.order_by("rappel")
    if animal:
        return tous.filter(animal_id=animal)
    return tous.filter(animal__proprietaire__utilisateur=request.auth)


@dossiers.post("/ecrans")
def nouvel_ecran(request, salle: str):
    return {"salle": salle, "jeton": jeton_ecran(salle)}


@dossiers.get("/recherche", response=list[AnimalOut])
def recherche(request, nom: str = "", espece: str = ""):
    sql = "SELECT id, nom, espece, puce FROM cabinet_animal WHERE nom ILIKE %s"
    valeurs = [f"{nom}%"]
    if espece:
        sql += f" AND espece = '{espece}'"
    with connection.cursor() as curseur:
        curseur.execute(sql + " ORDER BY nom LIMIT 100", valeurs)
        colonnes = [c.name for c in curseur.description]
        return [dict(zip(colonnes, ligne)) for ligne in curseur.fetchall()]


@dossiers.get("/puces", response=list[AnimalOut])
def par_puces(request, puces: str):
    liste = [p.strip() for p in puces.split(",") if p.strip()][:50]
    if not liste:
        return []
    marques = ", ".join(["%s"] * len(liste))
    with connection.cursor() as curseur:
        curseur.execute(f"SELECT id, nom, espece, puce FROM cabinet_animal WHERE puce IN ({marques})", liste)
        return [dict(zip(("id", "nom", "espece", "puce"), ligne)) for ligne in curseur.fetchall()]


@dossiers.post("/ordonnances", response={201: OrdonnanceOut})
def prescrire(request, donnees: OrdonnanceIn):
    animal = get_object_or_404(Animal, pk=donnees.animal_id)
    return 201, Ordonnance.objects.create(animal=animal, auteur=request.auth, texte=donnees.texte)


@attente.get("/liste")
def liste_attente(request):
    salle = request.auth["salle"]
    noms = Animal.objects.filter(ordonnances__isnull=True).values_list("nom", flat=True)[:12]
    return {"salle": salle, "noms": list(noms)}
