"""The texts of guildhub in other languages: collected, merged into catalogues, checked, compiled and counted.

Babel does what the gettext programs would, which a fresh machine doesn't have. Nothing here needs settings, because the
settings ask how complete each language is. By hand: `make texts`, or `python -m core.texts`. See docs/translating.md.
"""
