"""The drill: measures over HTTP how long a copied credential is still accepted after access was ended.

It works on any application, imports nothing of the engine, and never asks the application for its opinion:
it signs in, takes a copy of what proves the session, keeps sending requests with the copy alone, ends the
access the way the application offers, and looks at which requests were still accepted.

Start at `rescind.drill.plan.Plan` (what to do) and `rescind.drill.run.run` (do it); `rescind.drill.report`
turns the outcome into figures, `rescind.drill.picture` into one HTML page.
"""
