import logging
import re

SENSITIVE = re.compile(r"(?i)(passw|secret|token|api_?key|authorization)")


def mask(values):
    return {k: "***" if SENSITIVE.search(k) else v for k, v in values.items()}


class Filter(logging.Filter):
    def filter(self, record):
        if isinstance(record.args, dict):
            record.args = mask(record.args)
        return True
