from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="FLEETDESK_")

    database_url: str
    access_key: str
    access_key_before: str = ""
    kiosk_public_keys: dict[str, str]
    tracker_key: str
    partner_client_id: str
    partner_client_secret: str
    partner_token_url: str = "https://id.tyres.example/oauth/token"
    access_minutes: int = 15
    pin_rounds: int = 4


@lru_cache
def get_settings() -> Settings:
    return Settings()
