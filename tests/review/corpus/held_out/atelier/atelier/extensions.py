from flask_caching import Cache
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import DeclarativeBase


class Modele(DeclarativeBase):
    pass


base = SQLAlchemy(model_class=Modele)
cache = Cache()
protection = CSRFProtect()
