"""Our own routes in a Django project: ``rescind.web.surface`` with Django's users behind it.

``rescind.django.urls`` has their paths.
"""
