"""Static files under names that change with their contents, modules that import one another among them.

What we write for those who read the code, a phone does not fetch: our scripts and the stylesheet are sent without
comments, which are a fifth of a script as it travels. There is no other build step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: Our own modules. Those of packages import nothing, and name in comments what isn't there.
_OURS = "js/*.js"
_WITHOUT_COMMENTS = re.compile(r"js/[^/]+\.js|css/[^/]+\.css")
_LINE_OF_COMMENT = re.compile(r"^[ \t]*//.*$", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def bare_script(code: str) -> str:
    """A script of ours without the lines that are comments. They stay as empty lines, so that an error names its line."""
    return _LINE_OF_COMMENT.sub("", code)


def bare_style(code: str) -> str:
    """Our stylesheet without its comments."""
    return _COMMENT.sub("", code)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """A module's `import "./other.js"` names the other as it is now, so no phone mixes two releases from its cache."""

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        _OURS,
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # not in the stubs
    )

    def post_process(self, paths: dict[str, tuple[Any, str]], *args: Any, **options: Any) -> Iterator[Any]:
        """As WhiteNoise does it, on our files without their comments."""
        bare = {
            name: (_Bare(storage) if _WITHOUT_COMMENTS.fullmatch(name) else storage, path)
            for name, (storage, path) in paths.items()
        }
        yield from super().post_process(bare, *args, **options)


class _Bare:
    """Where a file of ours comes from, read without comments."""

    def __init__(self, source: Storage) -> None:
        self.source = source

    def open(self, path: str) -> File:
        with self.source.open(path) as file:
            code = file.read().decode()
        return ContentFile((bare_style if path.endswith(".css") else bare_script)(code).encode())
