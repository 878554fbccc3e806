"""Languages people write in, under their own names: many more than the interface speaks."""

from __future__ import annotations

#: Code (BCP 47) and the language's own name, in the order of those names' codes. What people type is marked with it.
WRITTEN_LANGUAGES: tuple[tuple[str, str], ...] = (
    ("en", "English"),
    ("am", "አማርኛ"),
    ("ar", "العربية"),
    ("as", "অসমীয়া"),
    ("bn", "বাংলা"),
    ("brx", "बर'"),
    ("es", "Español"),
    ("fil", "Filipino"),
    ("fr", "Français"),
    ("gu", "ગુજરાતી"),
    ("ha", "Hausa"),
    ("hi", "हिन्दी"),
    ("id", "Bahasa Indonesia"),
    ("ig", "Igbo"),
    ("kn", "ಕನ್ನಡ"),
    ("km", "ភាសាខ្មែរ"),
    ("ml", "മലയാളം"),
    ("mr", "मराठी"),
    ("ms", "Bahasa Melayu"),
    ("my", "မြန်မာ"),
    ("ne", "नेपाली"),
    ("or", "ଓଡ଼ିଆ"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("pt", "Português"),
    ("si", "සිංහල"),
    ("sat", "ᱥᱟᱱᱛᱟᱲᱤ"),
    ("sw", "Kiswahili"),
    ("ta", "தமிழ்"),
    ("te", "తెలుగు"),
    ("th", "ไทย"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("yo", "Yorùbá"),
    ("zu", "isiZulu"),
)


def language_name(code: str) -> str:
    """The language's own name; an unknown code stands for itself."""
    return dict(WRITTEN_LANGUAGES).get(code, code)
