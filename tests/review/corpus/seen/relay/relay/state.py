import shelve
import tempfile
from pathlib import Path

import joblib
import jsonpickle
import yaml


class Uploads:
    """What customers hand in."""

    def __init__(self, folder: Path):
        self.folder = folder

    def restore(self, upload):
        with tempfile.NamedTemporaryFile(dir=self.folder) as handle:
            handle.write(upload.read())
            handle.flush()
            return dict(shelve.open(handle.name, flag="r"))

    def rules(self, upload):
        return yaml.safe_load(upload.read())

    def layout(self, request):
        return jsonpickle.decode(request.form["layout"])


def model():
    return joblib.load(Path(__file__).with_name("spam.joblib"))
