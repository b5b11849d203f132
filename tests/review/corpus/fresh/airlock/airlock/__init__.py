"""Workflows, with a site and an API."""
from . import config

config.check()
