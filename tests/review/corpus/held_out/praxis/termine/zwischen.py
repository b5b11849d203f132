import json
import logging

protokoll = logging.getLogger("praxis.anfragen")


class Protokoll:
    def __init__(self, weiter):
        self.weiter = weiter

    def __call__(self, request):
        antwort = self.weiter(request)
        protokoll.info("%s %s -> %s", request.method, request.path, antwort.status_code)
        if antwort.status_code >= 500:
            protokoll.error("Kopfzeilen: %s", json.dumps(dict(request.headers)))
        return antwort
