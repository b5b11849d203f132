"""GraphQL (strawberry): the portal of the pupils."""
from __future__ import annotations

import logging
from typing import Any

import sentry_sdk
import strawberry
from strawberry.permission import BasePermission
from strawberry.types import Info

from .models import Grade, Person

log = logging.getLogger("lyceum.graph")


class SignedIn(BasePermission):
    message = "sign in first"

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        return info.context.request.user.is_authenticated


class Teaches(BasePermission):
    message = "for teachers"

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        user = info.context.request.user
        return user.is_authenticated and user.kind == "teacher"


@strawberry.type
class GradeType:
    subject: str
    value: int


@strawberry.type
class Query:
    @strawberry.field(permission_classes=[SignedIn])
    def my_grades(self, info: Info) -> list[GradeType]:
        return [GradeType(subject=g.subject, value=g.value) for g in info.context.request.user.grades.all()]

    @strawberry.field(permission_classes=[SignedIn])
    def grade(self, info: Info, pk: int) -> GradeType:
        found = Grade.objects.get(pk=pk)
        return GradeType(subject=found.subject, value=found.value)

    @strawberry.field
    def motto(self) -> str:
        return "docendo discimus"


@strawberry.type
class Mutation:
    @strawberry.mutation(permission_classes=[Teaches])
    def give(self, info: Info, pupil: int, subject: str, value: int) -> GradeType:
        teacher = info.context.request.user
        whom = Person.objects.get(pk=pupil, school=teacher.school)
        made = Grade.objects.create(pupil=whom, teacher=teacher, subject=subject, value=value)
        return GradeType(subject=made.subject, value=made.value)

    @strawberry.mutation(permission_classes=[Teaches])
    def rename_subject(self, info: Info, old: str, new: str) -> int:
        return Grade.objects.filter(teacher=info.context.request.user, subject=old).update(subject=new)

    @strawberry.mutation
    def erase(self, pk: int) -> bool:
        return bool(Grade.objects.filter(pk=pk).delete()[0])

    @strawberry.mutation
    def change_password(self, info: Info, old: str, new: str) -> bool:
        user = info.context.request.user
        if not user.is_authenticated or not user.check_password(old):
            sentry_sdk.set_extra("attempt", {"user": user.pk, "old": old})
            return False
        user.set_password(new)
        user.save(update_fields=["password"])
        return True
