"""A FastAPI application with its own users, guarded by rescind. Run it:

RESCIND_URL=sqlite:///app.db uvicorn examples.fastapi_app.main:app
"""
