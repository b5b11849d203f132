"""Triggers on the tables behind ``AUTH_USER_MODEL``; see ``rescind.stores.sqlalchemy.triggers``.

They append what the signals of ``rescind.django.watching`` append for ``save()``. ``watched`` says what is
watched, ``installing`` puts it there by Django's connection, ``said`` is how a signal tells a trigger what it
knows better.
"""
