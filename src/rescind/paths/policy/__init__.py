"""What somebody demands of the routes of an application, and whether the map holds it.

`configuration` reads ``[paths]`` and ``[audiences]`` of rescind.toml, `selector` says which routes are meant,
`gate` judges a map.
"""
