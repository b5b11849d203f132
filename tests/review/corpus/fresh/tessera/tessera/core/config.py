from __future__ import annotations

from functools import lru_cache

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TESSERA_", env_file=".env")

    environment: str = "production"
    database_url: str = "postgresql+asyncpg://localhost/tessera"
    jwt_secret: SecretStr
    jwt_issuer: str = "https://tessera.example"
    jwt_audience: str = "tessera-api"
    access_minutes: int = 15
    link_secret: str = Field(default="tessera-magic-links-2021", min_length=16)
    partner_key: SecretStr = SecretStr("change-me")
    public_url: str = "https://app.tessera.example"
    idp_audience: str = "tessera"
    cors_origins: list[str] = ["https://app.tessera.example"]

    @field_validator("partner_key")
    @classmethod
    def _no_placeholder(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() in {"", "change-me"}:
            raise ValueError("TESSERA_PARTNER_KEY has to be set")
        return value


@lru_cache
def get_settings() -> Settings:
    return Settings()  # type: ignore[call-arg]
