"""Django's template language, unchanged, rendered several times faster.

Django walks a tree of nodes for every page, and looks up, translates and checks anew what is the same each time. Here
each template is turned once into a list of plain functions: neighbouring text, translations, static files and addresses
without arguments become one string per language; variables, conditions and loops become closures; inheritance and
includes are resolved in advance. Whatever this package doesn't know is rendered by Django's own node, in place.

Measured (two cores, ratio to a bare Django view): the list of problems fell from 179 to a tenth of it together with
its SQL; see docs/performance.md. `tests/core/test_quick_templates.py` renders every page of the product both ways and
compares the bytes. Turned down: Jinja2 (two languages in one code base, and 130 templates to rewrite).
"""
