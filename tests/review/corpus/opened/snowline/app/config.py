from datetime import timedelta

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Everything comes from the environment of the container."""

    database_url: str
    token_key: str
    token_audience: str = "snowline"
    guest_access: timedelta = timedelta(minutes=15)
    refresh_life: timedelta = timedelta(days=14)
    reset_life: timedelta = timedelta(hours=1)
    lock_gateway: str = "https://locks.snowline.example"


settings = Settings()
