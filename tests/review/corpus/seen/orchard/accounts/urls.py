from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/<str:code>/", views.sign_in_with_link, name="link"),
    path("forgotten/", views.forgotten, name="forgotten"),
    path("password/", views.change_password, name="password"),
    path("profile/", views.profile, name="profile"),
    path("email/", views.change_email, name="email"),
    path("keys/<int:pk>/revoke/", views.revoke_key, name="revoke-key"),
    path("close/<int:pk>/", views.close_account, name="close"),
    path("sign-out/", views.sign_out, name="sign-out"),
]
