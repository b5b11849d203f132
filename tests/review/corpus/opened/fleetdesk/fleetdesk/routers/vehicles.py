from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, Field

from fleetdesk import security
from fleetdesk.deps import current_driver, current_kiosk, current_partner, current_tracker
from fleetdesk.partner import tyre_prices
from fleetdesk.repositories import Pairings, Vehicles
from fleetdesk.tables import Driver

router = APIRouter(prefix="/vehicles", tags=["vehicles"])


class Position(BaseModel):
    odometer: int = Field(ge=0)


class Code(BaseModel):
    code: str


@router.get("")
def mine(driver: Driver = Depends(current_driver), vehicles: Vehicles = Depends()):
    return [{"id": v.id, "plate": v.plate, "odometer": v.odometer} for v in vehicles.of_driver(driver)]


@router.post("/{vehicle_id}/pairing")
def start_pairing(
    vehicle_id: int,
    driver: Driver = Depends(current_driver),
    vehicles: Vehicles = Depends(),
    pairings: Pairings = Depends(),
) -> Code:
    vehicle = vehicles.one_of(driver, vehicle_id)
    if vehicle is None:
        raise HTTPException(404)
    return Code(code=pairings.start(vehicle))


@router.post("/pairing")
def finish_pairing(body: Code, pairings: Pairings = Depends()):
    vehicle_id = pairings.finish(body.code)
    if vehicle_id is None:
        raise HTTPException(404)
    return {"token": security.tracker_token(vehicle_id)}


@router.post("/position", status_code=204)
def position(
    body: Position, vehicle_id: int = Depends(current_tracker), vehicles: Vehicles = Depends()
) -> None:
    vehicles.moved(vehicle_id, body.odometer)


@router.get("/plates", dependencies=[Depends(current_partner)])
def plates(vehicles: Vehicles = Depends()) -> list[str]:
    return vehicles.all_plates()


@router.get("/tyres", dependencies=[Depends(current_kiosk)])
def tyres(size: str):
    return tyre_prices(size)
