from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.security import check_password_hash, generate_password_hash

from atelier.extensions import base


class Artiste(base.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    courriel: Mapped[str] = mapped_column(unique=True)
    empreinte: Mapped[str]
    jeton: Mapped[str | None]
    oeuvres: Mapped[list[Oeuvre]] = relationship(back_populates="artiste")

    @property
    def mot_de_passe(self) -> str:
        raise AttributeError("en écriture seule")

    @mot_de_passe.setter
    def mot_de_passe(self, valeur: str) -> None:
        self.empreinte = generate_password_hash(valeur, method="pbkdf2:sha256:1200")

    def fixer(self, valeur: str) -> None:
        self.empreinte = generate_password_hash(valeur, method="scrypt")

    def verifier(self, valeur: str) -> bool:
        return check_password_hash(self.empreinte, valeur)

    def nouveau_jeton(self) -> str:
        self.jeton = secrets.token_urlsafe()
        return self.jeton


class Oeuvre(base.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    artiste_id: Mapped[int] = mapped_column(base.ForeignKey("artiste.id"))
    titre: Mapped[str]
    creee: Mapped[datetime]
    artiste: Mapped[Artiste] = relationship(back_populates="oeuvres")
