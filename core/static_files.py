"""Static files under names that change with their contents, modules that import one another among them."""

from __future__ import annotations

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

#: Our own modules. Those of packages import nothing, and name in comments what isn't there.
_OURS = "js/*.js"


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """A module's `import "./other.js"` names the other as it is now, so no phone mixes two releases from its cache."""

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        _OURS,
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]  # not in the stubs
    )
