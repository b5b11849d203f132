from django.db import models


class Article(models.Model):
    title = models.CharField(max_length=50)


class Order(models.Model):
    article = models.ForeignKey(Article, on_delete=models.CASCADE)
