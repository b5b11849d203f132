from django.urls import include, path
from rest_framework.routers import DefaultRouter

from accounts import views as accounts
from patients import views as patients

router = DefaultRouter()
router.register("staff", accounts.StaffViewSet, basename="staff")
router.register("animals", patients.AnimalViewSet, basename="animal")
router.register("visits", patients.VisitViewSet, basename="visit")
router.register("prescriptions", patients.PrescriptionViewSet, basename="prescription")

urlpatterns = [
    path("api/", include(router.urls)),
    path("api/me/", accounts.MeView.as_view()),
    path("api/me/password/", accounts.PasswordChangeView.as_view()),
    path("api/session/", accounts.SessionSignInView.as_view()),
    path("api/session/end/", accounts.SignOutView.as_view()),
    path("api/mobile/", accounts.MobileSignInView.as_view()),
    path("api/invites/<str:token>/", accounts.AcceptInviteView.as_view()),
    path("api/forgotten/", accounts.ForgottenPasswordView.as_view()),
    path("api/forgotten/<uidb64>/<token>/", accounts.ResetPasswordView.as_view()),
    path("api/attachments/<int:pk>/", patients.AttachmentDownloadView.as_view()),
    path("api/lab/results/", patients.LabResultView.as_view()),
]
