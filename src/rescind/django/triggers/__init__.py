"""The choke point in the database: whoever changes a user, the log hears of it in the same transaction.

Triggers on the tables behind ``AUTH_USER_MODEL`` append what the signals of ``rescind.django.watching``
append for ``save()``. The invariant: after the COMMIT of a change of password, of ``is_active`` or of the row
itself, no worker of any application on these tables accepts a session of before for longer than the push
takes, one lease at most.

``watched`` says what is watched, ``postgresql`` and ``sqlite`` hold the text, ``installing`` puts it there
and compares, ``said`` is how a signal tells a trigger what it knows better.
"""
