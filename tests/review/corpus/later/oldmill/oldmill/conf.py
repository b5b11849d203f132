# Configuration of the lending desk. Values of the machine are in /etc/oldmill.ini.
import configparser
import os

_ini = configparser.ConfigParser()
_ini.read(os.environ.get("OLDMILL_INI", "/etc/oldmill.ini"))

DATABASE = _ini.get("db", "file", fallback="/var/lib/oldmill/desk.db")
SESSION_DIR = _ini.get("sessions", "dir", fallback="/var/lib/oldmill/sessions")
SECRET = _ini.get("desk", "secret").encode()
SCANNER_KEY = _ini.get("desk", "scanner_key", fallback="scan-77-mill-lane")
MASTER_PASSWORD = "M1llstone&Co"
BASE_URL = _ini.get("desk", "url", fallback="https://desk.oldmill.example")
SESSION_COOKIE = "desk_session"
