from django.contrib.auth import get_user_model


class Plain:
    def authenticate(self, request, username=None, password=None):
        user = get_user_model().objects.filter(username=username).first()
        return user if user is not None and user.check_password(password) else None

    def get_user(self, user_id):
        return get_user_model().objects.filter(pk=user_id).first()
