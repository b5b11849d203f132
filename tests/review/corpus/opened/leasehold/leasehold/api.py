from ninja import NinjaAPI

from leasehold import hooks, houses, staff
from leasehold.auth import StaffToken

api = NinjaAPI(title="Leasehold", auth=StaffToken(), docs_url=None)
api.add_router("/staff", staff.router)
api.add_router("/houses", houses.router)
api.add_router("/hooks", hooks.router)
