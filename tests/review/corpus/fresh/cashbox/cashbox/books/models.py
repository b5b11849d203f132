from django.conf import settings
from django.db import models


class Account(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)


class EntryQuerySet(models.QuerySet):
    def matching(self, words, column="memo"):
        return self.extra(where=["%s ILIKE '%%%%%s%%%%'" % (column, words)])

    def in_year(self, year):
        first, last = "%d-01-01" % year, "%d-12-31" % year
        return self.extra(where=["booked_on BETWEEN %s AND %s"], params=[first, last])

    def ranked(self, words, language="simple"):
        query = "SELECT * FROM books_entry WHERE to_tsvector(%s, memo) @@ plainto_tsquery(%s, %s)"
        return self.raw(query, [language, language, words])


class Entry(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    booked_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    memo = models.CharField(max_length=200)

    objects = EntryQuerySet.as_manager()
