"""The choke point in the database: whoever changes a user, the log hears of it in the same transaction.

Triggers on a table of users, whoever's it is: Django's (``rescind.django.triggers``), or one that
``auth.principals.watch`` was given. The invariant: after the COMMIT of a change of password, of who is active
or of the row itself, no worker of any application on these tables accepts a session of before for longer than
the push takes, one lease at most.

``watched`` says what is watched, ``postgresql`` and ``sqlite`` hold the text, ``installing`` puts it there
and compares, ``said`` is how somebody tells a trigger what they know better. ``declared`` and ``watch`` are
about tables of SQLAlchemy.
"""
