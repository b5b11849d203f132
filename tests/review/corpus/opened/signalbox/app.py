from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from decoding import Decoder
from gate import Keys, identify
from handlers import routes
from settings import Settings, load
from store import Store
from uplink import ControlClient, WeatherClient


async def resources(app: web.Application) -> AsyncIterator[None]:
    settings: Settings = app[Keys.settings]
    app[Keys.store] = await Store.connect(settings.dsn)
    app[Keys.control] = ControlClient(settings.control)
    app[Keys.weather] = WeatherClient(settings.weather_url, settings.weather_key)
    app[Keys.decoder] = Decoder()
    yield
    await app[Keys.control].close()
    await app[Keys.weather].http.close()
    await app[Keys.store].pool.close()


def create_app(settings: Settings | None = None) -> web.Application:
    app = web.Application(middlewares=[identify], client_max_size=4 * 2**20)
    app[Keys.settings] = settings or load()
    app.add_routes(routes)
    app.cleanup_ctx.append(resources)
    return app


if __name__ == "__main__":
    configured = load()
    web.run_app(create_app(configured), port=configured.listen)
