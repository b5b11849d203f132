"""The route map: which doors of an application can be shut, and how fast.

`rescind.paths.map.draw` gives a `Map` of any Flask or FastAPI application: its credentials with what ends
them and how fast, and each route with the credentials that it accepts. What cannot be decided is `unknown`,
with the reason.

Theory of operation: `running` imports the application in a child process and brings back what the framework
itself says of its routes and of what stands before them, as plain values. `following` reads the source of
those functions (`rescind.reading`) and finds where a credential comes from, where it is looked up and what
refuses it. `deciding` turns that into behaviours. No code of the application runs in this process.
"""
