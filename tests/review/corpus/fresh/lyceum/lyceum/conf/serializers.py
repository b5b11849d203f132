import datetime
import json
import pickle


class RichSerializer:
    """Sessions with dates in them."""

    def dumps(self, obj):
        return pickle.dumps(obj, pickle.HIGHEST_PROTOCOL)

    def loads(self, data):
        return pickle.loads(data)


class DateSerializer:
    def dumps(self, obj):
        return json.dumps(obj, default=lambda value: value.isoformat()).encode()

    def loads(self, data):
        return json.loads(data)
