"""Notes: a Django project with Django's own users, guarded by rescind. Run it:

export DJANGO_SETTINGS_MODULE=examples.django_app.settings DATABASE=app.db
export SECRET_KEY=$(python -c "import secrets; print(secrets.token_hex())")
django-admin migrate --pythonpath . && django-admin createsuperuser --pythonpath .
uvicorn examples.django_app.served:asgi    # or: gunicorn --threads 8 examples.django_app.served:wsgi
"""
