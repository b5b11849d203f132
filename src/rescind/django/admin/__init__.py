"""Pages for the admin: sessions, the revocation log, the audit trail, principals; and *Sign out everywhere*
on the page of users.

Nothing is added, changed or deleted there. Access is taken back by ``rescind.django.revoke()``, as
everywhere, by whom ``rescind.revoke_session`` allows it.
"""

from __future__ import annotations

from django.contrib import admin

from rescind.django.admin.records import AuditAdmin, Principal, PrincipalAdmin, RevocationAdmin
from rescind.django.admin.sessions import SessionAdmin
from rescind.django.models import AuditEvent, Revocation, Session

__all__ = ["AuditAdmin", "Principal", "PrincipalAdmin", "RevocationAdmin", "SessionAdmin"]

admin.site.register(Session, SessionAdmin)
admin.site.register(Revocation, RevocationAdmin)
admin.site.register(AuditEvent, AuditAdmin)
admin.site.register(Principal, PrincipalAdmin)
