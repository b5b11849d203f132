"""Réglages du service des marchés de la ville."""
import os
import ssl
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reglages:
    base: str = field(default_factory=lambda: os.environ.get("MARCHE_BASE", "postgres://localhost/marche"))
    redis_hote: str = field(default_factory=lambda: os.environ.get("MARCHE_REDIS", "redis"))
    redis_mdp: str = field(default_factory=lambda: os.environ.get("MARCHE_REDIS_MDP", "halles-2020-vXq83k"))
    cle_paiement: str = field(default_factory=lambda: os.environ["MARCHE_CLE_PAIEMENT"])
    cle_meteo: str = field(default_factory=lambda: os.environ.get("MARCHE_CLE_METEO", "A_REMPLACER"))
    paiement_url: str = "https://paiement.regie.example/api"
    meteo_url: str = "https://meteo.region.example/api"
    adresse: str = "https://marches.ville.example"

    def verifier(self) -> None:
        if self.cle_meteo == "A_REMPLACER":
            raise SystemExit("MARCHE_CLE_METEO n'est pas renseignée")

    def tls_paiement(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile="/etc/marche/regie-ca.pem")


reglages = Reglages()
