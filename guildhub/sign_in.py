"""Settings of signing in: allauth's, and the forges that the environment names (docs/signing-in.md)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from guildhub.environment import names, text, yes_or_no

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
#: Once, after making an account; whoever was on the way somewhere goes there.
ACCOUNT_SIGNUP_REDIRECT_URL = "matching:welcome"
ACCOUNT_LOGOUT_REDIRECT_URL = "front"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.PlainLoginForm",
    "signup": "accounts.sign_in_forms.PlainSignupForm",
    "request_login_code": "accounts.sign_in_forms.PlainCodeForm",
    "add_email": "accounts.sign_in_forms.PlainAddEmailForm",
    "confirm_login_code": "accounts.sign_in_forms.PlainConfirmLoginForm",
    "confirm_email_verification_code": "accounts.sign_in_forms.PlainConfirmEmailForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
#: Who writes stands in From; a subject begins with what it is about, because a phone shows thirty letters of it.
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
#: Changing a password leaves the other browsers signed in; the page of sessions ends them.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
#: By address of the network: a classroom of sixty sits behind one. What guards one account is counted in Postgres
#: besides (accounts/door/limits.py), so that it holds with Redis down.
ACCOUNT_RATE_LIMITS = {
    "signup": "240/5m/ip",
    "login": "480/5m/ip",
    "request_login_code": "240/5m/ip,3/m/key",
    "login_failed": "240/5m/ip,5/5m/key",
    "manage_email": "20/m/user",
    "change_password": "5/m/user",
}
#: The code of signing in and of proving an address: so many tries, then another code is asked for.
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 3

# A second step: one-time codes, passkeys, codes on paper ------------------------------------------------------------

MFA_ADAPTER = "accounts.door.second_step.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "guildhub"
#: A clock that is half a minute off is a common one.
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": "240/5m/ip"}
MFA_FORMS = {
    "authenticate": "accounts.door.forms.SecondStepForm",
    "activate_totp": "accounts.door.forms.AppForm",
    "add_webauthn": "accounts.door.forms.AddPasskeyForm",
    "edit_webauthn": "accounts.door.forms.RenamePasskeyForm",
}

# Sessions are noted when they begin, and never on a page: nothing is written on a GET -------------------------------

USERSESSIONS_TRACK_ACTIVITY = False

# Forges and other houses ---------------------------------------------------------------------------------------------

SOCIALACCOUNT_ADAPTER = "accounts.door.forges.ForgeAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_QUERY_EMAIL = True
SOCIALACCOUNT_STORE_TOKENS = False
#: A forge's word for an address opens no account that is here already: its owner links the forge on their settings.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_FORMS = {"signup": "accounts.door.forms.ForgeSignupForm"}
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"

#: provider -> (prefix of its variables, address when none is set; empty: one must be set).
_FORGES = {
    "github": ("GITHUB", "https://github.com"),
    "gitlab": ("GITLAB", "https://gitlab.com"),
    "google": ("GOOGLE", "https://accounts.google.com"),
    "gitea": ("GITEA", ""),
    "openid_connect": ("OIDC", ""),
}


def _app(provider: str, prefix: str, address: str) -> dict[str, Any] | None:
    """What allauth wants to know of one provider; None when the environment doesn't name it whole."""
    client, secret = text(f"{prefix}_CLIENT_ID"), text(f"{prefix}_CLIENT_SECRET")
    address = (text(f"{prefix}_URL") if prefix in ("GITLAB", "GITEA", "OIDC") else "") or address
    if not (client and secret and address):
        return None
    address = address.rstrip("/")
    app: dict[str, Any] = {"client_id": client, "secret": secret, "key": "", "settings": {"server_url": address}}
    if yes_or_no(f"{prefix}_PROVES_ADDRESSES", address == "https://gitlab.com"):
        app["settings"]["verified_email"] = True
    if provider == "gitlab":
        app["settings"]["gitlab_url"] = address
    if provider == "gitea":
        app["settings"]["gitea_url"] = address
    if provider == "openid_connect":
        app |= {"provider_id": "oidc", "name": text("OIDC_NAME", "OpenID")}
    return app


_apps = {provider: app for provider, (prefix, address) in _FORGES.items() if (app := _app(provider, prefix, address))}
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {provider: {"APPS": [app]} for provider, app in _apps.items()}
if "github" in SOCIALACCOUNT_PROVIDERS:
    SOCIALACCOUNT_PROVIDERS["github"]["SCOPE"] = ["read:user", "user:email"]
if "gitea" in SOCIALACCOUNT_PROVIDERS:
    SOCIALACCOUNT_PROVIDERS["gitea"]["GITEA_URL"] = _apps["gitea"]["settings"]["gitea_url"]
if "google" in SOCIALACCOUNT_PROVIDERS:
    SOCIALACCOUNT_PROVIDERS["google"] |= {"SCOPE": ["email"], "OAUTH_PKCE_ENABLED": True}
if "openid_connect" in SOCIALACCOUNT_PROVIDERS:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["OAUTH_PKCE_ENABLED"] = True

#: Where the form that leads to a forge may lead: nothing else of the policy is relaxed, and on no other page.
FORGE_ORIGINS = {
    provider: [
        "://".join(urlsplit(url)[:2])
        for url in (app["settings"]["server_url"], *names(f"{_FORGES[provider][0]}_MORE_ORIGINS"))
    ]
    for provider, app in _apps.items()
}
#: Installed with the forges that are set, and no others.
FORGE_APPS = [f"allauth.socialaccount.providers.{provider}" for provider in _apps]
