"""django-allauth's list of sessions (``allauth.usersessions``), by public ids: its own rows hold session
keys, which are secrets.

.. code-block:: python

    INSTALLED_APPS += ["rescind.django.allauth"]       # beside "allauth.usersessions"

Its model, its pages, ``USERSESSIONS_TRACK_ACTIVITY`` and its API stay what they are. Its table needs no
migration: an id has 24 characters, and the column has room for 40.
"""
