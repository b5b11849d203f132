from rest_framework.permissions import BasePermission


class IsCommodore(BasePermission):
    def has_permission(self, request, view):
        return request.user.is_authenticated and request.user.is_commodore


class WardensOfHarbour(BasePermission):
    """Only who works in the harbour of a stay may log its boat in and out."""

    message = "You are no warden of this harbour."

    def has_object_permission(self, request, view, stay):
        return stay.harbour.wardens.filter(pk=request.user.pk).exists()
