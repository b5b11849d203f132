"""The page that asks why, and the revocation behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from rescind.django.making import made
from rescind.orders import MAX_REASON, read_reason
from rescind.revocation.receipt import Receipt

AT_ONCE = 500
"""Sessions or users of one action at most; Django takes a thousand fields of a form."""
CONFIRMED = "confirmed"


def may_revoke(request: HttpRequest) -> bool:
    """Whether somebody may take access back."""
    return bool(request.user.has_perm("rescind.revoke_session"))


class ReasonForm(forms.Form):
    """Why: it stands in the log and in the audit trail."""

    reason = forms.CharField(max_length=MAX_REASON, widget=AdminTextInputWidget(attrs={"autofocus": True}))

    def clean_reason(self) -> str:
        reason = read_reason(self.cleaned_data["reason"])
        if not reason:
            raise forms.ValidationError("Say why, in words.")
        return reason


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be confirmed.

    Attributes:
        action: the name of the action, which is asked again with the answer.
        title: of the page.
        summary: in one sentence, what ends.
        lines: whose, and what.
        rows: what was selected.
        is_own: the session that asks is among them.
    """

    action: str
    title: str
    summary: str
    lines: Sequence[tuple[str, str]]
    rows: Sequence[Any]
    is_own: bool


def confirmed(
    model_admin: Any, request: HttpRequest, question: Question, end: Callable[[Any, str], Receipt]
) -> HttpResponse | None:
    """Ask for the reason; with one, end access in one transaction and show the receipt.

    Args:
        end: ends the access of one row, for that reason.

    Returns:
        The page that asks; ``None`` when it is done.

    Raises:
        PermissionDenied: not theirs to do; nothing was ended.
        StoreUnavailable: nothing was ended.
    """
    if not may_revoke(request):
        raise PermissionDenied
    form = ReasonForm(request.POST if CONFIRMED in request.POST else None)
    if not form.is_valid():
        return _page(model_admin, request, question, form)
    reason = form.cleaned_data["reason"]
    with transaction.atomic(using=made().settings.using):
        receipts = [end(row, reason) for row in question.rows]
    for row in question.rows:
        model_admin.log_change(request, row, f"{question.title}: {reason}")
    model_admin.message_user(request, Receipts(receipts), messages.SUCCESS)
    return None


def selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any] | None:
    """The rows selected; ``None`` if they are too many, or gone meanwhile, which the next page says."""
    rows = list(queryset[: AT_ONCE + 1])
    if 0 < len(rows) <= AT_ONCE:
        return rows
    said = "Nothing to end: what was selected is over, or does not fit the filter."
    if rows:
        said = f"Select {AT_ONCE} at most: nothing was ended. `manage.py rescind revoke` ends any number."
    model_admin.message_user(request, said, messages.ERROR)
    return None


def _page(model_admin: Any, request: HttpRequest, question: Question, form: ReasonForm) -> HttpResponse:
    request.current_app = model_admin.admin_site.name
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "subtitle": None,
        "question": question,
        "form": form,
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "checkbox": ACTION_CHECKBOX_NAME,
        "confirmed": CONFIRMED,
    }
    return TemplateResponse(request, "admin/rescind/revoke.html", context)


class Receipts:
    """One line for all of them, written when the message is stored: after the commit of a request that is a
    transaction as a whole, when they are final."""

    def __init__(self, receipts: Sequence[Receipt]) -> None:
        self.receipts = receipts

    def __str__(self) -> str:
        if len(self.receipts) == 1:
            return str(self.receipts[0])
        return str(self.total())

    def total(self) -> Receipt:
        """As if it had been one revocation. They share a transaction, so they share its fate."""
        ended: dict[str, int] = {}
        for receipt in self.receipts:
            for kind, count in receipt.ended.items():
                ended[kind] = ended.get(kind, 0) + count
        last = max(self.receipts, key=lambda receipt: receipt.seq)
        return Receipt(
            state=last.state,
            id=last.id,
            seq=last.seq,
            matched=sum(receipt.matched for receipt in self.receipts),
            ended=ended,
            counted=all(receipt.counted for receipt in self.receipts),
            workers_confirmed=last.workers_confirmed,
            workers_lapsed=max(receipt.workers_lapsed for receipt in self.receipts),
            proof=last.proof,
            outside=tuple(dict.fromkeys(one for receipt in self.receipts for one in receipt.outside)),
            elapsed=max(receipt.elapsed for receipt in self.receipts),
        )
