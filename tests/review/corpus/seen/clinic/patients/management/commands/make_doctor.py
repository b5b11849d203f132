import getpass
import secrets

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from patients.models import Doctor


class Command(BaseCommand):
    help = "Makes an account for a doctor."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--generate", action="store_true")

    def handle(self, *args, **options):
        if options["generate"]:
            password = secrets.token_urlsafe(12)
        else:
            password = getpass.getpass("Password: ")
            if password != getpass.getpass("Again: "):
                raise CommandError("The two passwords differ.")
        user = User.objects.create_user(options["username"], password=password)
        Doctor.objects.create(user=user)
        self.stdout.write(f"made {user.username}")
