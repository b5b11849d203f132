from billing import views
from django.contrib import admin
from django.urls import include, path
from portal import views as portal
from rest_framework.routers import DefaultRouter
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

router = DefaultRouter()
router.register("invoices", views.InvoiceViewSet)
router.register("customers", views.CustomerViewSet)
router.register("attachments", views.AttachmentViewSet)

portal_urls = (
    [
        path("", portal.invoices, name="invoices"),
        path("open/<str:token>", portal.open_link),
        path("pin", portal.open_pin),
        path("link", portal.ask_for_link),
        path("leave", portal.leave),
        path("invoice/<int:pk>", portal.invoice),
        path("invoice/<int:pk>.pdf", portal.invoice_pdf),
    ],
    "portal",
)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include(router.urls)),
    path("api/token", TokenObtainPairView.as_view()),
    path("api/token/refresh", TokenRefreshView.as_view()),
    path("api/sign-out", views.SignOutView.as_view()),
    path("api/account", views.AccountView.as_view()),
    path("api/account/password", views.ChangePasswordView.as_view()),
    path("api/colleagues", views.ColleaguesView.as_view()),
    path("api/keys", views.ApiKeysView.as_view()),
    path("api/keys/<int:pk>", views.ApiKeysView.as_view()),
    path("api/export/ledger", views.LedgerExport.as_view()),
    path("api/export/journal", views.JournalExport.as_view()),
    path("api/search", views.InvoiceSearch.as_view()),
    path("api/import/prices", views.import_price_list),
    path("api/import/customers", views.import_customers),
    path("api/support/lookup", views.support_lookup),
    path("hooks/bank", views.bank_hook),
    path("hooks/card", views.card_hook),
    path("portal/", include(portal_urls)),
]
