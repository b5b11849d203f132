"""`rescind demo`: what happens to a copied session when its owner signs out, ours beside ordinary ones.

One FastAPI application with several kinds of sessions, served by real worker processes, asked over real HTTP
by the drill. Every figure that is printed was measured in that run.
"""
