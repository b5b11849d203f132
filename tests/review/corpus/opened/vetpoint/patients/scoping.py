"""How records are kept within the practice of whoever is signed in."""

from rest_framework import permissions, serializers


class PracticeScopedMixin:
    practice_path = "practice"

    def get_queryset(self):
        return super().get_queryset().filter(**{self.practice_path: self.request.user.practice})


class PracticeRelatedField(serializers.PrimaryKeyRelatedField):
    def __init__(self, *, practice_path="practice", **kwargs):
        self.practice_path = practice_path
        super().__init__(**kwargs)

    def get_queryset(self):
        practice = self.context["request"].user.practice
        return super().get_queryset().filter(**{self.practice_path: practice})


class IsLead(permissions.BasePermission):
    message = "Only the lead vet of the practice may do this."

    def has_permission(self, request, view):
        return bool(getattr(request.user, "leads", False))


class MayPrescribe(permissions.BasePermission):
    def has_permission(self, request, view):
        if request.method in permissions.SAFE_METHODS:
            return True
        return getattr(request.user, "role", "") in {"vet", "lead"}
