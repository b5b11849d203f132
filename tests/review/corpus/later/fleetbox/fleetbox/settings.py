from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="FLEETBOX_", env_file=".env")

    database_url: str = "postgresql+asyncpg://localhost/fleetbox"
    redis_url: str = "redis://localhost:6379/0"
    public_url: str = "https://app.fleetbox.example"

    jwt_private_key: str
    jwt_public_key: str
    ingest_key: str = "b7e1f0c2-ingest-4d55"
    console_secret: str = "change-me"
    access_token_expire_minutes: int = 15
    refresh_token_expire_days: int = 3650
    ca_bundle: Path = Path("/etc/fleetbox/ca.pem")

    @field_validator("console_secret")
    @classmethod
    def not_the_placeholder(cls, value: str) -> str:
        if value == "change-me" or len(value) < 32:
            raise ValueError("FLEETBOX_CONSOLE_SECRET has to be set, 32 characters or more")
        return value


@lru_cache
def get_settings() -> Settings:
    return Settings()
