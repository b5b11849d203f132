from django.conf import settings
from django.db import models
from django.utils import timezone


class Proprietaire(models.Model):
    utilisateur = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    telephone = models.CharField(max_length=20, blank=True)
    ville = models.CharField(max_length=80, blank=True)


class Animal(models.Model):
    ESPECES = [("chien", "Chien"), ("chat", "Chat"), ("nac", "NAC")]

    proprietaire = models.ForeignKey(Proprietaire, on_delete=models.CASCADE, related_name="animaux")
    nom = models.CharField(max_length=60)
    espece = models.CharField(max_length=10, choices=ESPECES)
    puce = models.CharField(max_length=15, blank=True)
    naissance = models.DateField(null=True, blank=True)

    def age(self):
        if self.naissance is None:
            return None
        return (timezone.localdate() - self.naissance).days // 365


class Ordonnance(models.Model):
    animal = models.ForeignKey(Animal, on_delete=models.CASCADE, related_name="ordonnances")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    texte = models.TextField()
    creee = models.DateTimeField(auto_now_add=True)


class Vaccin(models.Model):
    animal = models.ForeignKey(Animal, on_delete=models.CASCADE, related_name="vaccins")
    produit = models.CharField(max_length=60)
    rappel = models.DateField()


class Facture(models.Model):
    animal = models.ForeignKey(Animal, on_delete=models.PROTECT)
    montant = models.DecimalField(max_digits=8, decimal_places=2)
    assureur = models.CharField(max_length=40, blank=True)
    reglee = models.BooleanField(default=False)


class Rafraichissement(models.Model):
    utilisateur = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    empreinte = models.CharField(max_length=64, unique=True)
    expire = models.DateTimeField()


class Partenaire(models.Model):
    nom = models.CharField(max_length=80)
    prefixe = models.CharField(max_length=8, unique=True)
    empreinte = models.CharField(max_length=64)
    actif = models.BooleanField(default=True)
    expire = models.DateTimeField()
