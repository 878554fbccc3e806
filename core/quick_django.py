"""What Django looks up or makes anew many times a request, found once. Called by guildhub/wsgi.py, before Django starts.

Each is exactly what Django does, at less cost, for a server that answers one request at a time in a thread; management
commands, workers and tests go Django's own way. Figures are of a page that takes a millisecond.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from django.conf import LazySettings
from django.http.response import ResponseHeaders
from django.middleware import csrf
from django.urls import ResolverMatch, URLResolver
from django.urls import base as urls
from django.urls.resolvers import RegexPattern
from django.utils import timezone, translation
from django.utils.translation import trans_real

#: Texts kept for each language. There are some thousand in the program; what data says is looked up like a text too.
_TEXTS_MOST = 10_000
_ROUTES_MOST = 5_000
_ROUTE_LONGEST = 120
_SECRET_ROUTES = ("/join/", "/accounts/")
_LETTERS = csrf.CSRF_ALLOWED_CHARS
_PLACES = {letter: place for place, letter in enumerate(_LETTERS)}
#: As many times as the letters fit into a byte; bytes beyond would make some letters likelier than others.
_EVEN = 256 // len(_LETTERS) * len(_LETTERS)
_LETTER_OF_BYTE = "".join(_LETTERS[byte % len(_LETTERS)] for byte in range(256)).encode()
_BEYOND = bytes(range(_EVEN, 256))


def be_quick() -> None:
    """Put all of it in place. Twice does no harm."""
    keep_state_by_thread()
    read_settings_directly()
    keep_translations()
    keep_routes()
    set_headers_directly()
    log_what_is_read()
    csrf._get_new_csrf_string = new_csrf_string  # type: ignore[attr-defined]
    csrf._mask_cipher_secret = mask_secret  # type: ignore[attr-defined]


def keep_state_by_thread() -> None:
    """Let the active language, time zone and routes be plain thread-locals.

    Django keeps them so that coroutines sharing a thread don't mix them up (asgiref's Local, 2 us a look, a hundred looks
    a page: measured 10 % of a long page). Under WSGI a thread serves one request at a time and no coroutine runs.
    """
    for module, name in ((trans_real, "_active"), (timezone, "_active"), (urls, "_prefixes"), (urls, "_urlconfs")):
        setattr(module, name, threading.local())


def read_settings_directly() -> None:
    """Find a setting that was read before as any attribute is found.

    Lazy objects ask in Python whether an attribute is one of their own methods. Settings have none that matter: 0.6 us a
    look, a hundred looks a request.
    """
    LazySettings.__getattribute__ = object.__getattribute__  # type: ignore[method-assign,assignment]


def keep_translations() -> None:
    """Keep what a text is in a language, and what a language is called: catalogs don't change while a process runs.

    3 us a text, fifty on a page; 1 us a name, which every table of formats is asked by.
    """
    if hasattr(trans_real.gettext, "kept"):
        return
    trans_real.gettext = _keeping(trans_real.gettext)  # type: ignore[assignment]
    trans_real.get_language = _naming(trans_real.get_language)  # type: ignore[assignment]
    for name in ("gettext", "get_language"):
        vars(translation._trans).pop(name, None)  # type: ignore[attr-defined]  # where it stands once it was used


def _keeping(usual: Callable[[str], str]) -> Callable[[str], str]:
    kept: dict[Any, dict[str, str]] = {}

    def gettext(message: str) -> str:
        language = getattr(trans_real._active, "value", None)  # type: ignore[attr-defined]
        if language is None or message.__class__ is not str:
            return usual(message)
        texts = kept.get(language)
        if texts is None:
            texts = kept[language] = {}
        text = texts.get(message)
        if text is None:
            if len(texts) > _TEXTS_MOST:
                texts.clear()
            text = texts[message] = usual(message)
        return text

    gettext.kept = kept  # type: ignore[attr-defined]
    return gettext


def _naming(usual: Callable[[], str | None]) -> Callable[[], str | None]:
    names: dict[Any, str | None] = {}

    def get_language() -> str | None:
        language = getattr(trans_real._active, "value", None)  # type: ignore[attr-defined]
        name = names.get(language)
        if name is None:
            name = usual()
            if language is not None:
                names[language] = name
        return name

    return get_language


def keep_routes() -> None:
    """Keep which view answers an address: found among 150 routes each time, it costs 30 to 80 us.

    As many as a hub's pages that are read, and only short ones: an address may be anything that somebody typed, and a link
    that lets somebody in carries a secret longer than any name. What no route answers is searched each time.
    """
    if not hasattr(URLResolver.resolve, "kept"):
        URLResolver.resolve = _keeping_routes(URLResolver.resolve)  # type: ignore[method-assign]


def _keeping_routes(usual: Callable[..., ResolverMatch]) -> Callable[..., ResolverMatch]:
    kept: dict[Any, ResolverMatch] = {}

    def resolve(self: URLResolver, path: Any) -> ResolverMatch:
        # An include: only whole addresses are kept.
        if self.pattern.__class__ is not RegexPattern or len(path) > _ROUTE_LONGEST or path.startswith(_SECRET_ROUTES):
            return usual(self, path)
        key = self, path
        found = kept.get(key)
        if found is None:
            if len(kept) > _ROUTES_MOST:
                kept.clear()
            found = kept[key] = usual(self, path)
        return found

    resolve.kept = kept  # type: ignore[attr-defined]
    return resolve


def set_headers_directly() -> None:
    """Take a header of plain letters as it is. Django encodes name and value each time, 16 of them an answer."""
    if not hasattr(ResponseHeaders.__setitem__, "usual"):
        ResponseHeaders.__setitem__ = _setting_directly(ResponseHeaders.__setitem__)  # type: ignore[method-assign]


def _setting_directly(usual: Callable[[Any, Any, Any], None]) -> Callable[[Any, Any, Any], None]:
    def __setitem__(self: Any, key: Any, value: Any) -> None:
        if key.__class__ is value.__class__ is str and (key + value).isascii() and (key + value).isprintable():
            self._store[key.lower()] = key, value
        else:  # other letters, an end of a line, a number
            usual(self, key, value)

    __setitem__.usual = usual  # type: ignore[attr-defined]
    return __setitem__


def log_what_is_read() -> None:
    """Note neither thread nor process nor place of code with each line of the log: nothing prints them (logging's HOWTO)."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # type: ignore[attr-defined]


def new_csrf_string() -> str:
    """32 letters, each as likely as any other. Django chooses them one by one (30 us)."""
    length = csrf.CSRF_SECRET_LENGTH
    letters = b""
    while len(letters) < length:
        letters += os.urandom(2 * length).translate(_LETTER_OF_BYTE, _BEYOND)
    return letters[:length].decode()


def mask_secret(secret: str) -> str:
    """A form's token: a new mask, and the secret under it, so that no two pages hold the same letters."""
    mask, places, letters, count = new_csrf_string(), _PLACES, _LETTERS, len(_LETTERS)
    return mask + "".join([letters[(places[x] + places[y]) % count] for x, y in zip(secret, mask, strict=True)])
