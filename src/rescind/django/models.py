"""rescind's tables for the ORM and the admin: to read. Their rows are written by the engine alone.

A row that is changed here is changed for nobody: what ends access is an entry of the log together with its
barrier, so ``Session.objects.filter(...).delete()`` signs nobody out of what a process has in memory. Revoke
instead.

Times are microseconds since the epoch (UTC); ``roles`` and ``data`` are canonical JSON text. Indexes,
triggers, ``WITHOUT ROWID`` and the like are the migrations' own and not repeated here.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

READ_ONLY = ("view",)
"""Permissions that Django makes for each model: there is nothing to add, to change or to delete."""


class Head(models.Model):
    """One row: versions, who owns the schema, and the head of the log."""

    id = models.SmallIntegerField(primary_key=True)
    schema_version = models.BigIntegerField()
    min_reader = models.BigIntegerField()
    owner = models.TextField()
    birth = models.TextField()
    seq = models.BigIntegerField()
    floor = models.BigIntegerField()
    counter_id = models.TextField(null=True)
    incarnation = models.TextField(null=True)

    class Meta:
        db_table = "rescind_meta"
        default_permissions = READ_ONLY
        verbose_name = "head of the log"
        verbose_name_plural = "head of the log"

    def __str__(self) -> str:
        return f"seq {self.seq}"


class Principal(models.Model):
    """What rescind keeps of somebody: whether they may have access, their roles, their tenant."""

    pk = models.CompositePrimaryKey("realm", "id")
    realm = models.TextField()
    id = models.TextField()
    active = models.SmallIntegerField()
    roles = models.TextField()
    tenant = models.TextField(null=True)
    kind = models.TextField()
    updated_at = models.BigIntegerField()
    version = models.BigIntegerField()

    class Meta:
        db_table = "rescind_principal"
        default_permissions = READ_ONLY
        verbose_name = "principal"
        verbose_name_plural = "principals"

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Session(models.Model):
    """One session. Its id is public; of its secret there is a digest."""

    id = models.TextField(primary_key=True)
    digest = models.BinaryField()
    realm = models.TextField()
    principal_id = models.TextField()
    birth = models.TextField()
    issued_seq = models.BigIntegerField()
    method = models.TextField()
    created_at = models.BigIntegerField()
    auth_time = models.BigIntegerField()
    last_seen = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    idle = models.BigIntegerField(null=True)
    credential_id = models.TextField(null=True)
    client_id = models.TextField(null=True)
    parent_id = models.TextField(null=True)
    label = models.TextField(null=True)
    ended_at = models.BigIntegerField(null=True)
    ended_reason = models.TextField(null=True)
    ended_by = models.TextField(null=True)

    class Meta:
        db_table = "rescind_session"
        default_permissions = READ_ONLY
        permissions: ClassVar = [("revoke_session", "Can revoke session")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["digest"], name="uq_rescind_session_digest")]
        verbose_name = "session"
        verbose_name_plural = "sessions"

    def __str__(self) -> str:
        return str(self.id)


class SessionData(models.Model):
    """One top-level key of what the application keeps in a session."""

    pk = models.CompositePrimaryKey("session_id", "key")
    session_id = models.TextField()
    key = models.TextField()
    value = models.TextField()

    class Meta:
        db_table = "rescind_session_data"
        default_permissions = READ_ONLY
        verbose_name = "session data"
        verbose_name_plural = "session data"

    def __str__(self) -> str:
        return f"{self.session_id}: {self.key}"


class RefreshFamily(models.Model):
    """The refresh tokens of a session that has signed tokens."""

    session_id = models.TextField(primary_key=True)
    generation = models.BigIntegerField()
    rotated_at = models.BigIntegerField()
    digest = models.BinaryField()
    signed_by = models.TextField()
    signed_until = models.BigIntegerField()

    class Meta:
        db_table = "rescind_refresh_family"
        default_permissions = READ_ONLY
        verbose_name = "refresh family"
        verbose_name_plural = "refresh families"

    def __str__(self) -> str:
        return str(self.session_id)


class EndedKey(models.Model):
    """A signing key that has been ended; what it signed is refused."""

    pk = models.CompositePrimaryKey("realm", "kid")
    realm = models.TextField()
    kid = models.TextField()
    at = models.BigIntegerField()
    reason = models.TextField()
    by = models.TextField()

    class Meta:
        db_table = "rescind_ended_key"
        default_permissions = READ_ONLY
        verbose_name = "ended key"
        verbose_name_plural = "ended keys"

    def __str__(self) -> str:
        return str(self.kid)


class Revocation(models.Model):
    """One entry of the log, which is append-only."""

    id = models.TextField(primary_key=True)
    seq = models.BigIntegerField(null=True)
    kind = models.TextField()
    realm = models.TextField()
    scope = models.TextField()
    target = models.TextField()
    what = models.SmallIntegerField()
    keep = models.TextField(null=True)
    reason = models.TextField()
    initiator = models.TextField()
    at = models.BigIntegerField()

    class Meta:
        db_table = "rescind_revocation"
        default_permissions = READ_ONLY
        constraints: ClassVar = [models.UniqueConstraint(fields=["seq"], name="uq_rescind_revocation_seq")]
        verbose_name = "revocation"
        verbose_name_plural = "revocations"

    def __str__(self) -> str:
        return f"{self.kind} {self.scope}:{self.target}"


class Worker(models.Model):
    """A process that answers checks from memory, and how far it has read the log."""

    id = models.TextField(primary_key=True)
    birth = models.TextField()
    term = models.BigIntegerField()
    protocol = models.BigIntegerField()
    acked = models.BigIntegerField()
    retired = models.SmallIntegerField()
    counter_id = models.TextField(null=True)
    host = models.TextField()
    pid = models.BigIntegerField()
    seen_at = models.BigIntegerField()

    class Meta:
        db_table = "rescind_worker"
        default_permissions = READ_ONLY
        verbose_name = "worker"
        verbose_name_plural = "workers"

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}"


class AuditEvent(models.Model):
    """What has happened, in order."""

    n = models.BigAutoField(primary_key=True)
    id = models.TextField()
    at = models.BigIntegerField()
    type = models.TextField()
    realm = models.TextField()
    actor = models.TextField()
    subject = models.TextField()
    outcome = models.TextField()
    reason = models.TextField(null=True)
    seq = models.BigIntegerField(null=True)
    request_id = models.TextField(null=True)
    data = models.TextField()

    class Meta:
        db_table = "rescind_audit_event"
        default_permissions = READ_ONLY
        constraints: ClassVar = [models.UniqueConstraint(fields=["id"], name="uq_rescind_audit_event_id")]
        verbose_name = "audit event"
        verbose_name_plural = "audit events"

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Account(models.Model):
    """A login name of rescind's own accounts; Django's users have none."""

    pk = models.CompositePrimaryKey("realm", "login")
    realm = models.TextField()
    login = models.TextField()
    principal_id = models.TextField()
    created_at = models.BigIntegerField()

    class Meta:
        db_table = "rescind_account"
        default_permissions = READ_ONLY
        verbose_name = "account"
        verbose_name_plural = "accounts"

    def __str__(self) -> str:
        return str(self.login)


class Password(models.Model):
    """The password of an account of rescind's own, hashed."""

    pk = models.CompositePrimaryKey("realm", "principal_id")
    realm = models.TextField()
    principal_id = models.TextField()
    id = models.TextField()
    phc = models.TextField()
    version = models.BigIntegerField()
    created_at = models.BigIntegerField()

    class Meta:
        db_table = "rescind_password"
        default_permissions = ()
        verbose_name = "password"
        verbose_name_plural = "passwords"

    def __str__(self) -> str:
        return str(self.principal_id)
