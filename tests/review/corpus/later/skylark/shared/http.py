"""Events of the API gateway (payload 2.0) in, answers out."""
import base64
import json
import logging
import traceback

logger = logging.getLogger()
logger.setLevel(logging.INFO)


class HttpError(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


def body_of(event):
    raw = event.get("body") or "{}"
    if event.get("isBase64Encoded"):
        raw = base64.b64decode(raw).decode()
    try:
        return json.loads(raw)
    except ValueError:
        raise HttpError(400, "no JSON")


def query_of(event):
    return event.get("queryStringParameters") or {}


def cookies_of(event):
    return dict(c.split("=", 1) for c in event.get("cookies", []) if "=" in c)


def header_of(event, name):
    return event.get("headers", {}).get(name.lower(), "")


def reply(status=200, data=None, cookies=(), headers=None):
    answer = {
        "statusCode": status,
        "headers": {"content-type": "application/json", **(headers or {})},
        "body": json.dumps(data if data is not None else {}),
    }
    if cookies:
        answer["cookies"] = list(cookies)
    return answer


def endpoint(function):
    def handler(event, context):
        try:
            return function(event)
        except HttpError as error:
            logger.info("%s: %s", event.get("routeKey"), error.status)
            return reply(error.status, {"error": error.message})
        except Exception:
            logger.error("failed on %s\n%s", json.dumps(event), traceback.format_exc())
            return reply(500, {"error": "internal"})

    return handler
