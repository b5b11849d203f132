import hashlib
import hmac
import os

from werkzeug.security import check_password_hash, generate_password_hash

from .extensions import db


class Patient(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    courriel = db.Column(db.String(200), unique=True)
    telephone = db.Column(db.String(20))
    nom = db.Column(db.String(120))
    empreinte = db.Column(db.String(256))
    version_session = db.Column(db.Integer, default=0)

    def definir_mot_de_passe(self, mot_de_passe):
        self.empreinte = generate_password_hash(mot_de_passe, method="scrypt")

    def verifier(self, mot_de_passe):
        return check_password_hash(self.empreinte, mot_de_passe)

    def terminer_sessions(self):
        self.version_session += 1


class Personnel(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    identifiant = db.Column(db.String(60), unique=True)
    fonction = db.Column(db.String(20), default="accueil")
    mot_de_passe = db.Column(db.String(256))
    sel = db.Column(db.LargeBinary(16))
    code_porte = db.Column(db.String(64))

    def nouveau_mot_de_passe(self, clair):
        self.mot_de_passe = generate_password_hash(clair, method="pbkdf2:sha256:1000")

    def nouveau_code(self, code):
        self.sel = os.urandom(16)
        self.code_porte = empreinte_de(self.sel, code)

    def code_juste(self, code):
        return hmac.compare_digest(self.code_porte, empreinte_de(self.sel, code))


def empreinte_de(sel, code):
    return hashlib.sha256(sel + code.encode()).hexdigest()


class Praticien(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    nom = db.Column(db.String(120))
    jeton_agenda = db.Column(db.String(64))


class RendezVous(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    patient_id = db.Column(db.ForeignKey("patient.id"))
    praticien_id = db.Column(db.ForeignKey("praticien.id"))
    debut = db.Column(db.DateTime)
    motif = db.Column(db.String(200))
    annule = db.Column(db.Boolean, default=False)


class Ordonnance(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    patient_id = db.Column(db.ForeignKey("patient.id"))
    contenu = db.Column(db.LargeBinary)

    def etiquette(self):
        return hashlib.sha1(self.contenu).hexdigest()
