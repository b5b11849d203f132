from .base import Manejador, ManejadorPublico


class Mareas(ManejadorPublico):
    def get(self):
        filas = self.db.ordenadas("mareas", self.get_query_argument("orden", "hora"), 100)
        self.responder([dict(f) for f in filas])


class Buscar(ManejadorPublico):
    def get(self):
        puertos = self.get_query_arguments("puerto")
        estaciones = self.get_query_arguments("estacion")
        filas = self.db.por_puertos(puertos) if puertos else []
        if estaciones:
            filas += self.db.por_estaciones(estaciones)
        self.responder([dict(f) for f in filas])
