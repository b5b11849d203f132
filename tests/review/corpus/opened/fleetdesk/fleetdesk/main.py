import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from fleetdesk.routers import accounts, vehicles

log = logging.getLogger(__name__)

app = FastAPI(title="Fleetdesk", docs_url=None)
app.include_router(accounts.router)
app.include_router(vehicles.router)


@app.exception_handler(RequestValidationError)
async def does_not_fit(request: Request, problem: RequestValidationError) -> JSONResponse:
    log.warning("%s does not fit: %s", request.url.path, problem.body)
    fields = [".".join(str(part) for part in error["loc"]) for error in problem.errors()]
    return JSONResponse({"wrong": fields}, status_code=422)
