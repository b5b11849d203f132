import datetime
import hashlib
import string
from random import SystemRandom, choices

from peewee import SQL, BooleanField, CharField, DateTimeField, ForeignKeyField, Model, MySQLDatabase, fn

base = MySQLDatabase(None)
azar = SystemRandom()


def resumir(clave):
    return hashlib.new("sha512", clave.encode("utf-8")).hexdigest()


class Tabla(Model):
    class Meta:
        database = base


class Socio(Tabla):
    carnet = CharField(unique=True)
    clave = CharField()
    correo = CharField()
    activo = BooleanField(default=True)
    bibliotecario = BooleanField(default=False)

    @classmethod
    def entrar(cls, carnet, clave):
        return cls.get_or_none(cls.carnet == carnet, cls.clave == resumir(clave))

    @classmethod
    def entrar_en_sala(cls, carnet, pin):
        return cls.select().where((cls.carnet == carnet) & (cls.clave == pin)).first()

    @classmethod
    def buscar(cls, texto):
        return cls.select().where(SQL("MATCH(correo) AGAINST(%s)", [texto]))


class Recuerdo(Tabla):
    socio = ForeignKeyField(Socio, backref="recuerdos")
    ficha = CharField(unique=True)
    creado = DateTimeField(default=datetime.datetime.now)

    @classmethod
    def nuevo(cls, socio):
        letras = string.ascii_letters + string.digits
        return cls.create(socio=socio, ficha="".join(choices(letras, k=40)))

    @classmethod
    def nuevo_para_sala(cls, socio):
        return cls.create(socio=socio, ficha="".join(azar.choices(string.hexdigits, k=40)))


class Prestamo(Tabla):
    socio = ForeignKeyField(Socio, backref="prestamos")
    titulo = CharField()
    devuelto = BooleanField(default=False)

    @classmethod
    def recomendar(cls, cuantos=5):
        return cls.select().order_by(fn.Rand()).limit(cuantos)
