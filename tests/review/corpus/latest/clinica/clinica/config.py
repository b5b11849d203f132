from functools import lru_cache

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CLINICA_", env_file=".env")

    nome: str = "Clínica Quatro Patas"
    database_url: str
    site: str = "https://quatropatas.example"
    hosts_parceiros: tuple[str, ...] = ("quatropatas.example", "agenda.quatropatas.example")

    chave_jwt: SecretStr = Field(min_length=32)
    chave_dispositivo: SecretStr = Field(min_length=32)
    emissor: str = "clinica-quatro-patas"
    publico: str = "app-tutores"
    minutos_acesso: int = 15
    dias_renovacao: int = 3650
    horas_portal: int = 8

    laboratorio_url: str = "https://api.labvet.example/v2"
    laboratorio_chave: str = "lv_live_9f27c1d0b84e4a57b1"
    laboratorio_ca: str = "/etc/clinica/labvet-ca.pem"
    webhook_chave: SecretStr = SecretStr("trocar-antes-de-publicar")

    @field_validator("webhook_chave")
    @classmethod
    def _chave_trocada(cls, valor: SecretStr) -> SecretStr:
        if valor.get_secret_value().startswith("trocar"):
            raise ValueError("defina CLINICA_WEBHOOK_CHAVE")
        return valor


@lru_cache
def get_settings() -> Settings:
    return Settings()
