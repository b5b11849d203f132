import random
import secrets
import time
from datetime import timedelta

from fastapi import Depends
from sqlalchemy import delete, select

from fleetdesk.security import digest, utcnow
from fleetdesk.tables import Driver, Pairing, PartnerKey, Refresh, Session, Vehicle, get_session


class Repository:
    def __init__(self, session: Session = Depends(get_session)):
        self.session = session


class Drivers(Repository):
    def by_email(self, email: str) -> Driver | None:
        return self.session.scalar(select(Driver).where(Driver.email == email.lower(), Driver.active))

    def get(self, driver_id: int) -> Driver | None:
        driver = self.session.get(Driver, driver_id)
        return driver if driver and driver.active else None

    def save(self, driver: Driver) -> None:
        self.session.add(driver)
        self.session.commit()


class RefreshTokens(Repository):
    def issue(self, driver: Driver) -> str:
        token = secrets.token_urlsafe(32)
        self.session.add(Refresh(digest=digest(token), driver_id=driver.id, ends=utcnow() + timedelta(days=30)))
        self.session.commit()
        return token

    def redeem(self, token: str) -> Driver | None:
        """A refresh token is good for one new pair; what it was used for is kept for the auditors."""
        row = self.session.scalar(
            select(Refresh).where(Refresh.digest == digest(token), Refresh.ends > utcnow()).with_for_update()
        )
        if row is None or not row.driver.active:
            return None
        row.used_at = utcnow()
        self.session.commit()
        return row.driver

    def forget_all(self, driver: Driver) -> None:
        self.session.execute(delete(Refresh).where(Refresh.driver_id == driver.id))
        self.session.commit()


class PartnerKeys(Repository):
    def issue(self, name: str) -> str:
        key = "fd_" + secrets.token_hex(24)
        self.session.add(PartnerKey(name=name, digest=digest(key), ends=utcnow() + timedelta(days=90)))
        self.session.commit()
        return key

    def find(self, key: str) -> PartnerKey | None:
        return self.session.scalar(
            select(PartnerKey).where(PartnerKey.digest == digest(key)).where(PartnerKey.ends > utcnow())
        )


class Pairings(Repository):
    def start(self, vehicle: Vehicle) -> str:
        dice = random.Random(time.time())
        code = f"{dice.randrange(10**10):010d}"
        self.session.add(Pairing(code=code, vehicle_id=vehicle.id, ends=utcnow() + timedelta(minutes=10)))
        self.session.commit()
        return code

    def finish(self, code: str) -> int | None:
        taken = self.session.execute(
            delete(Pairing).where(Pairing.code == code, Pairing.ends > utcnow()).returning(Pairing.vehicle_id)
        ).scalar()
        self.session.commit()
        return taken


class Vehicles(Repository):
    def of_driver(self, driver: Driver) -> list[Vehicle]:
        return list(self.session.scalars(select(Vehicle).where(Vehicle.driver_id == driver.id)))

    def one_of(self, driver: Driver, vehicle_id: int) -> Vehicle | None:
        return self.session.scalar(
            select(Vehicle).where(Vehicle.id == vehicle_id, Vehicle.driver_id == driver.id)
        )

    def moved(self, vehicle_id: int, odometer: int) -> None:
        vehicle = self.session.get(Vehicle, vehicle_id)
        if vehicle and odometer > vehicle.odometer:
            vehicle.odometer = odometer
            self.session.commit()

    def all_plates(self) -> list[str]:
        return list(self.session.scalars(select(Vehicle.plate).order_by(Vehicle.plate)))
