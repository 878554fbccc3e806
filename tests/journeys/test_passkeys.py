"""A passkey is made and used in a browser with a virtual authenticator: alone, as a second step, and to say "still me"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from playwright.sync_api import Browser, CDPSession, Page, expect

from accounts.models import Subject
from tests.accounts.door.people import mailed_code
from tests.browsers import chromium
from tests.factories import make_person, verify_email

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@dataclass
class Phone:
    """A browser with a finger reader."""

    page: Page
    devices: CDPSession
    reader: str
    address: str

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def forget_cookies(self) -> None:
        self.page.context.clear_cookies()

    def refuse(self, *, wrong_finger: bool) -> None:
        self.devices.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.reader, "isUserVerified": not wrong_finger}
        )

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.devices.send("WebAuthn.getCredentials", {"authenticatorId": self.reader})[
            "credentials"
        ]
        return found

    def sign_in_by_mail(self, person: Subject) -> None:
        mail.outbox.clear()
        self.go("/accounts/login/")
        self.page.get_by_label("E-mail address").fill(person.user.email)
        self.press("Send me a code")
        self.page.wait_for_url(re.compile("/confirm/"))
        self.page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill(mailed_code())
        self.page.locator("main form button").first.click()
        self.page.wait_for_url(re.compile("/(home|2fa)/"))

    def add_passkey(self, name: str, *, alone: bool) -> None:
        self.go("/accounts/2fa/webauthn/add/")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Sign in with it alone").set_checked(alone)
        self.press("Add it")
        self.page.wait_for_url(re.compile("recovery-codes|/settings/door/"))


@pytest.fixture
def phone(browser: Browser, live_server: object) -> Iterator[Phone]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en")
    page = context.new_page()
    page.set_default_timeout(15_000)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    reader = devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )["authenticatorId"]
    yield Phone(page, devices, reader, str(live_server))
    context.close()


@pytest.fixture
def person(transactional_db: None) -> Subject:
    person = make_person("asha")
    verify_email(person)
    return person


def test_a_passkey_is_registered_and_signs_in_alone(phone: Phone, person: Subject) -> None:
    phone.sign_in_by_mail(person)
    phone.add_passkey("My phone", alone=True)
    [held] = phone.credentials()
    assert held["isResidentCredential"] and Authenticator.objects.filter(type="webauthn").count() == 1
    phone.go("/settings/door/")
    expect(phone.page.get_by_role("main")).to_contain_text("My phone")
    expect(phone.page.get_by_role("main")).to_contain_text("signs in alone")

    phone.forget_cookies()
    mail.outbox.clear()
    phone.go("/accounts/login/")
    phone.press("Sign in with a passkey")
    phone.page.wait_for_url(re.compile("/home/"))
    assert mail.outbox == []
    phone.go("/settings/door/")
    expect(phone.page.get_by_role("main")).to_contain_text("last used")


def test_a_wrong_finger_opens_nothing_and_is_said(phone: Phone, person: Subject) -> None:
    phone.sign_in_by_mail(person)
    phone.add_passkey("My phone", alone=True)
    phone.forget_cookies()
    phone.refuse(wrong_finger=True)
    phone.go("/accounts/login/")
    phone.press("Sign in with a passkey")
    expect(phone.page.get_by_text("Your device did not confirm it.")).to_be_visible()
    phone.refuse(wrong_finger=False)
    phone.press("Sign in with a passkey")
    phone.page.wait_for_url(re.compile("/home/"))


def test_a_key_as_a_second_step_is_asked_for_after_the_code(phone: Phone, person: Subject) -> None:
    phone.sign_in_by_mail(person)
    phone.add_passkey("Key", alone=False)
    phone.forget_cookies()
    phone.sign_in_by_mail(person)
    phone.go("/home/")  # the code alone is half of it
    expect(phone.page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
    phone.press("Use a passkey")
    phone.page.wait_for_url(re.compile("/home/"))
