import hashlib
import os
from datetime import UTC, datetime, timedelta

import dramatiq
from pymongo import MongoClient

from .passwords import code


@dramatiq.actor
def reset_letter(email):
    db = MongoClient(os.environ["ALLOTMENT_MONGO"]).allotment
    member = db.members.find_one({"email": email})
    if member is None:
        return
    fresh = code()
    db.resets.insert_one(
        {
            "digest": hashlib.sha256(fresh.encode()).hexdigest(),
            "member": member["_id"],
            "until": datetime.now(UTC) + timedelta(hours=1),
        }
    )
    db.outbox.insert_one({"to": email, "template": "reset", "link": f"{os.environ['ALLOTMENT_URL']}/reset/{fresh}"})


@dramatiq.actor
def dues_letters(year):
    db = MongoClient(os.environ["ALLOTMENT_MONGO"]).allotment
    for entry in db.dues.find({"year": year, "paid": False}):
        member = db.members.find_one({"_id": entry["member"]})
        db.outbox.insert_one({"to": member["email"], "template": "dues", "cents": entry["cents"]})
