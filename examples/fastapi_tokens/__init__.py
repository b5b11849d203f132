"""A shop whose sessions are signed tokens, and a service that verifies them with the published keys:

RESCIND_URL=sqlite:///shop.db uvicorn examples.fastapi_tokens.shop:app --port 8000
SHOP=http://127.0.0.1:8000 uvicorn examples.fastapi_tokens.stock:app --port 8001
"""
