"""The queues that wait for a person: for the hub's stewards all of them, for a guild's stewards their own."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from contributions.queries.review_queue import queue_ages, waiting_work
from contributions.views.pictures import ages_picture
from core.deliveries import drop_parked, retry_parked
from core.errors import DomainError, PermissionRefused
from core.http import Action, perform
from core.models import Delivery
from core.ops import consumer_states, log_state, parked_deliveries
from guildhub.operations import hub_state
from guildhub.queries import waiting_for_people
from guildhub.views.health import redis_answers
from guilds.queries import rights_of

#: More parked deliveries than this are one fault, not many: the page names the count.
PARKED_SHOWN = 50


@dataclass(frozen=True)
class Steward:
    """Whose queues the page shows: the whole hub's (None), or those of some guilds."""

    guilds: tuple[UUID, ...] | None


class DeliveryForm(forms.Form):
    """Which parked delivery a button is about."""

    delivery = forms.IntegerField()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ops(request: HttpRequest) -> HttpResponse:
    """The page; its buttons retry or drop a parked delivery."""
    steward = _steward(request)
    if request.method == "POST":
        return perform(request, steward, _ACTIONS, _show)
    return _show(request, steward)


def _steward(request: HttpRequest) -> Steward:
    if request.user.is_staff:
        return Steward(None)
    rights = rights_of(ids_of(request.user), timezone.now())
    guilds = tuple(guild for guild, held in rights.items() if "steward" in held)
    if not guilds:
        raise PermissionRefused(_("Only stewards see what waits here. A steward of your guild can make you one."))
    return Steward(guilds)


def _show(request: HttpRequest, steward: Steward, typed: dict[str, Any] | None = None) -> HttpResponse:
    now = timezone.now()
    parked = parked_deliveries()
    ages = queue_ages(waiting_work(steward.guilds), (), now=now)
    if steward.guilds is not None:
        parked = parked.filter(event__guild__in=steward.guilds)
    context: dict[str, Any] = {
        "steward": steward,
        "waiting": waiting_for_people(steward.guilds),
        "ages": ages_picture(ages, now=now, url=reverse("contributions:reviews")),
        "parked": list(parked[:PARKED_SHOWN]),
        "refusals": [error for form in (typed or {}).values() for error in form.non_field_errors()],
    }
    if steward.guilds is None:
        states, log = consumer_states(now=now), log_state(now=now)
        context |= {"consumers": states, "parked_total": sum(state.parked for state in states), "log": log}
        context |= {"hub": hub_state(now), "redis_answers": redis_answers()}
        context["root"] = " ".join(textwrap.wrap(log.root_hash, 8))
    else:
        context["parked_total"] = parked.count()
    return render(request, "guildhub/ops.html", context)


def _retry(request: HttpRequest, steward: Steward, values: dict[str, Any]) -> str:
    if not retry_parked(_own(steward, values["delivery"]), now=timezone.now()):
        raise DomainError(_("It is not parked any more: somebody was quicker."))
    return _("It is in the queue again.")


def _drop(request: HttpRequest, steward: Steward, values: dict[str, Any]) -> str:
    if not drop_parked(_own(steward, values["delivery"])):
        raise DomainError(_("It is not parked any more: somebody was quicker."))
    return _("Dropped. The event itself stays in the log.")


def _own(steward: Steward, delivery_id: int) -> int:
    """The id, if it is about something this steward looks after."""
    rows = Delivery.objects.filter(pk=delivery_id)
    if steward.guilds is not None and not rows.filter(event__guild__in=steward.guilds).exists():
        raise PermissionRefused(_("This is not about a guild of yours. A steward of the hub looks after it."))
    return delivery_id


def _form(steward: Steward, data: QueryDict | None) -> DeliveryForm:
    return DeliveryForm(data)


_ACTIONS = {
    "retry": Action(_retry, form=_form, then=lambda steward, values: "ops"),
    "drop": Action(_drop, form=_form, then=lambda steward, values: "ops"),
}
