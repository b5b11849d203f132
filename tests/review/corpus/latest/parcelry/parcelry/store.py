from typing import Any

from asyncpg import Pool, Record


async def customer_by_email(pool: Pool, email: str) -> Record | None:
    return await pool.fetchrow("SELECT id, email, password FROM customers WHERE email = $1", email.lower())


async def courier_by_name(pool: Pool, name: str) -> Record | None:
    return await pool.fetchrow("SELECT id, depot, password FROM couriers WHERE name = $1", name)


async def parcel_of(pool: Pool, parcel_id: int, customer_id: int) -> Record | None:
    return await pool.fetchrow(
        "SELECT id, status, address, depot FROM parcels WHERE id = $1 AND customer_id = $2", parcel_id, customer_id
    )


async def parcels_of(pool: Pool, customer_id: int, states: list[str]) -> list[Record]:
    marks = ", ".join(f"${n}" for n in range(2, len(states) + 2))
    where = f"customer_id = $1 AND status IN ({marks})" if states else "customer_id = $1"
    return await pool.fetch(f"SELECT id, status FROM parcels WHERE {where} ORDER BY id DESC", customer_id, *states)


async def depot_search(pool: Pool, depot: str, filters: dict[str, str]) -> list[Record]:
    clauses, values = ["depot = $1"], [depot]
    for name, value in filters.items():
        values.append(value)
        clauses.append(f"{name} = ${len(values)}")
    return await pool.fetch("SELECT id, status, address FROM parcels WHERE " + " AND ".join(clauses), *values)


async def set_status(pool: Pool, parcel_id: int, status: str) -> None:
    await pool.execute("UPDATE parcels SET status = $2, changed = now() WHERE id = $1", parcel_id, status)


async def deliver(pool: Pool, parcel_id: int, courier_id: int) -> bool:
    done = await pool.execute(
        "UPDATE parcels SET status = 'delivered', changed = now() WHERE id = $1 AND courier_id = $2",
        parcel_id,
        courier_id,
    )
    return done.endswith(" 1")


async def add_reset(pool: Pool, email: str, digest: str) -> None:
    await pool.execute(
        "INSERT INTO resets (digest, customer_id, ends)"
        " SELECT $1, id, now() + interval '30 minutes' FROM customers WHERE email = $2",
        digest,
        email,
    )


async def use_reset(pool: Pool, digest: str) -> int | None:
    return await pool.fetchval(
        "DELETE FROM resets WHERE digest = $1 AND ends > now() RETURNING customer_id", digest
    )


async def set_password(pool: Pool, customer_id: int, stored: bytes) -> None:
    await pool.execute("UPDATE customers SET password = $2 WHERE id = $1", customer_id, stored)


async def queue_mail(pool: Pool, template: str, to: str, **values: Any) -> None:
    """The sender leaves out a reset to an address that no customer has."""
    await pool.execute(
        "INSERT INTO outbox (template, recipient, payload) VALUES ($1, $2, $3)", template, to, values
    )
