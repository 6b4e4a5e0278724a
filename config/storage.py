"""Static files under hashed names, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrites ``import … from "./part.js";`` too: the page's modules have no build step that would."""

    support_js_module_import_aggregation = True
