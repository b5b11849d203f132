from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SmtpSettings(BaseModel):
    host: str = "localhost"
    port: int = 587
    user: str = "stockyard"
    password: SecretStr = SecretStr("")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="STOCKYARD_", env_nested_delimiter="__", env_file=".env")

    database_url: str
    jwt_key: str
    jwt_algorithm: str = "HS256"
    access_minutes: int = 20
    issuer: str = "https://id.stockyard.example"
    audience: str = "stockyard-api"
    carrier_secret: str = "parcel-events-v2"
    carrier_jwks: str = "https://keys.carriers.example/jwks.json"
    api_key_header: str = "X-Stock-Key"
    scanner_keys: list[str] = []
    supplier_keys: dict[str, str] = {}
    depot_keys: dict[str, str] = {}
    dashboard_pattern: str = r"https?://.*"
    smtp: SmtpSettings = SmtpSettings()


@lru_cache
def get_settings() -> Settings:
    return Settings()
