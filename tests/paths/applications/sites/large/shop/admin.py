from django.contrib import admin
from django.http import HttpResponse
from django.urls import path

from shop.models import Article, Order


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    def get_urls(self):
        return [path("report/", self.admin_site.admin_view(self.report), name="report"), *super().get_urls()]

    def report(self, request):
        return HttpResponse("report")


admin.site.register(Order)
