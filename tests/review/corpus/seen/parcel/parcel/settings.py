from functools import lru_cache

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PARCEL_", env_file=".env")

    database_url: str
    jwt_secret: str = "parcel-signing-key-2023"
    jwt_algorithm: str = "HS256"
    access_minutes: int = 15
    refresh_days: int = 14
    smtp_password: SecretStr
    token_url: str = "/auth/token"
    internal_key: str = Field(default="c0ffee-internal", min_length=8)
    cors_origins: list[str] = ["https://app.parcel.example"]


@lru_cache
def get_settings() -> Settings:
    return Settings()
