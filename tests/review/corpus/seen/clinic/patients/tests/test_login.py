from django.contrib.auth.models import User
from django.test import TestCase

PASSWORD = "correct-horse-battery"


class LoginTests(TestCase):
    def setUp(self):
        self.user = User.objects.create_user("mira", password=PASSWORD)

    def test_wrong_password(self):
        answer = self.client.post("/login/", {"username": "mira", "password": "wrong"})
        self.assertEqual(answer.status_code, 401)

    def test_right_password(self):
        answer = self.client.post("/login/", {"username": "mira", "password": PASSWORD})
        assert answer.json()["access"] != answer.json()["refresh"]
