"""The applications that are asked: ours and ordinary ones, by framework. Each runs in worker processes only.

    fastapi_site     one FastAPI application: ours in three models, three ordinary kinds, fastapi-users
    flask_site       the same notes in Flask, and Flask-Login beside them
    django_site      the same notes in a Django project
    django_stock     an ordinary Django project, with three of Django's own session engines

Ours share one database. What is ordinary imports nothing of rescind.
"""
