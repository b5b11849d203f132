"""The face for Django: an application for ``INSTALLED_APPS``."""
