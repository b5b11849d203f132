from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Einstellungen(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="FB_", env_file=".env")

    db_host: str = "localhost"
    db_name: str = "fahrtenbuch"
    db_user: str = "fahrtenbuch"
    db_passwort: str
    jwt_schluessel: SecretStr
    jwt_aussteller: str = "https://konto.flottenwerk.example"
    jwt_empfaenger: str = "fahrtenbuch"
    export_schluessel: str = "fb-export-Zt5-k20-wagen"
    basis_url: str = "https://fahrtenbuch.flottenwerk.example"
    kennwort_schema: str = "hex_sha256"
    webseiten: list[str] = ["*"]
    karten_url: str = "https://karten.flottenwerk.example"
    karten_ca: str = "/etc/ssl/flottenwerk/ca.pem"

    @property
    def dsn(self) -> str:
        return f"postgresql://{self.db_user}:{self.db_passwort}@{self.db_host}/{self.db_name}"


@lru_cache
def einstellungen() -> Einstellungen:
    return Einstellungen()
