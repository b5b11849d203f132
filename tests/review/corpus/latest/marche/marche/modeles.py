from tortoise import fields
from tortoise.models import Model


class Exposant(Model):
    id = fields.IntField(pk=True)
    email = fields.CharField(120, unique=True)
    mot_de_passe = fields.CharField(80)
    enseigne = fields.CharField(80)
    produits = fields.CharField(200, default="")

    class Meta:
        table = "exposant"


class Placier(Model):
    """Agent de la ville qui attribue les emplacements."""

    id = fields.IntField(pk=True)
    matricule = fields.CharField(12, unique=True)
    condense = fields.CharField(120)
    chef = fields.BooleanField(default=False)

    class Meta:
        table = "placier"


class Emplacement(Model):
    id = fields.IntField(pk=True)
    allee = fields.CharField(2)
    numero = fields.IntField()
    metres = fields.IntField(default=3)

    class Meta:
        table = "emplacement"


class Reservation(Model):
    id = fields.IntField(pk=True)
    exposant = fields.ForeignKeyField("models.Exposant", related_name="reservations")
    emplacement = fields.ForeignKeyField("models.Emplacement")
    jour = fields.DateField()
    payee = fields.BooleanField(default=False)
    reference = fields.CharField(24, unique=True)

    class Meta:
        table = "reservation"


class Rappel(Model):
    """Lien pour choisir un nouveau mot de passe."""

    id = fields.IntField(pk=True)
    exposant = fields.ForeignKeyField("models.Exposant")
    code = fields.CharField(64)
    expire = fields.DatetimeField()

    class Meta:
        table = "rappel"
