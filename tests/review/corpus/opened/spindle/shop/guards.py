from functools import wraps

from flask import abort, g, redirect, request, url_for


def signed_in(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if g.customer is None:
            return redirect(url_for("account.login", back=request.endpoint))
        return view(*args, **kwargs)

    return inner


def staff_only(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if g.customer is None or not g.customer.staff:
            abort(403)
        return view(*args, **kwargs)

    return inner
