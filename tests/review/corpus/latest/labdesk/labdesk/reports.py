from sqlalchemy import text

from .models import DBSession

USAGE = """
SELECT i.name, count(*) AS bookings, sum(b.hours) AS hours
FROM bookings b JOIN instruments i ON i.id = b.instrument_id
WHERE %s
GROUP BY i.name ORDER BY hours DESC
"""


def usage(condition):
    return [dict(row) for row in DBSession.execute(text(USAGE % condition))]


def usage_of_room(room):
    rows = DBSession.execute(text(USAGE % "i.room = :room"), {"room": room})
    return [dict(row) for row in rows]


def as_csv(rows):
    lines = ["name;bookings;hours"]
    for row in rows:
        lines.append("%s;%s;%s" % (row["name"].replace(";", ","), row["bookings"], row["hours"]))
    return "\n".join(lines)
