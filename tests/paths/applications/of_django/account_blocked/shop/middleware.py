from django.http import HttpResponseForbidden


def refuse_blocked(get_response):
    def middleware(request):
        if request.user.is_authenticated and request.user.blocked:
            return HttpResponseForbidden()
        return get_response(request)

    return middleware
