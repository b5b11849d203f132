from sanic import Sanic

from yard import entrance, pallets, people
from yard.mongo import connect, prepare
from yard.visits import Visits, load_visit

app = Sanic("palletyard")
app.blueprint([entrance.bp, pallets.bp, people.bp])
app.register_middleware(load_visit, "request")


@app.before_server_start
async def open_database(app: Sanic) -> None:
    app.ctx.db = connect()
    app.ctx.visits = Visits(app.ctx.db)
    await prepare(app.ctx.db)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
