"""Forges and other houses that vouch for somebody: linked to an account here, told apart, unlinked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import User
from accounts.services import claim_by_addresses


@dataclass(frozen=True)
class Forge:
    """A house that may vouch for people: its name, and where one goes to be vouched for."""

    name: str
    url: str


@dataclass(frozen=True)
class Linked:
    """One account elsewhere that opens the door here."""

    pk: int
    forge: str
    name: str


class ForgeAdapter(DefaultSocialAccountAdapter):
    """allauth's, leading back to our own page."""

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        """To the page that shows what is linked."""
        return reverse("accounts:door")


def claim_history(sender: object, request: HttpRequest, sociallogin: Any = None, **more: Any) -> None:
    """When a forge was linked, or signed somebody in: the history under its proved addresses is theirs from now on."""
    if sociallogin is None or not sociallogin.user.pk:
        return
    proved = [row.email for row in sociallogin.email_addresses if row.verified]
    claimed = claim_by_addresses(addresses=proved, by=sociallogin.user.subject, now=timezone.now())
    if claimed:
        said = ngettext(
            "The imported history of %(n)s author is yours now: your proved address fits.",
            "The imported history of %(n)s authors is yours now: your proved addresses fit.",
            len(claimed),
        )
        messages.success(request, said % {"n": len(claimed)})


def offered_forges(request: HttpRequest) -> list[Forge]:
    """The houses that this guild's environment names. No statement."""
    found = []
    for provider in get_adapter(request).list_providers(request):
        name = provider.app.name or provider.name
        slug = provider.app.provider_id if provider.id == "openid_connect" else ""
        url = reverse("openid_connect_login", args=[slug]) if slug else reverse(f"{provider.id}_login")
        found.append(Forge(str(name), url))
    return found


def forges_of(user: User) -> list[Linked]:
    """What this person linked. One statement."""
    rows = SocialAccount.objects.filter(user_id=user.pk).order_by("date_joined")
    return [Linked(row.pk, _forge_name(row), _name_there(row)) for row in rows]


def unlink_forge(*, user: User, pk: str) -> str:
    """Take a link away; returns the forge's name. Codes by mail still open the door, so nobody locks themselves out."""
    row = SocialAccount.objects.filter(user_id=user.pk, pk=pk if pk.isdecimal() and len(pk) < 19 else 0).first()
    if row is None:
        raise Http404
    name = _forge_name(row)
    row.delete()
    account_adapter().send_notification_mail("account/email/forge_unlinked", user, {"forge": name})
    return name


def _forge_name(row: SocialAccount) -> str:
    try:
        provider: Any = row.get_provider()
    except Exception:  # allauth raises several kinds for a provider that is no longer set
        return row.provider
    return str((provider.app.name if provider.app else "") or provider.name)


def _name_there(row: SocialAccount) -> str:
    data: dict[str, Any] = row.extra_data if isinstance(row.extra_data, dict) else {}
    told: dict[str, Any] = data["userinfo"] if isinstance(data.get("userinfo"), dict) else data
    for key in ("login", "username", "preferred_username", "email", "name"):
        if isinstance(value := told.get(key), str) and value:
            return value[:100]
    return row.uid[:100]
