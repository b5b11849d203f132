from django.shortcuts import redirect

OPEN = ("/login", "/disable/")


class Guard:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(OPEN) or request.user.is_authenticated:
            return self.get_response(request)
        return redirect("/login")
