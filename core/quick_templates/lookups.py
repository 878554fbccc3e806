"""Variables, filters and conditions of a template as functions of its context."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.template.base import FilterExpression, Variable, VariableDoesNotExist
from django.template.context import BaseContext
from django.template.defaulttags import TemplateLiteral
from django.utils.safestring import SafeData, mark_safe
from django.utils.timezone import template_localtime

#: context -> value
Read = Callable[[Any], Any]
#: Said of a name that is nowhere; Django's own words hold all of the context and take 10 us.
_NOT_THERE = "There is no such name in the template's context."
_LOOKUP_ERRORS = (TypeError, AttributeError, KeyError, ValueError, IndexError)


@lru_cache(maxsize=1024)
def _has_items(kind: type) -> bool:
    """Whether `value[bit]` may mean anything; asking each time by an exception costs more than the look-up."""
    return hasattr(kind, "__getitem__")


def _variable(variable: Variable) -> Read:
    """The variable's value; raises VariableDoesNotExist. Anything unusual is left to Django's own code."""
    if variable.lookups is None or variable.translate:
        return variable.resolve
    name, *bits = variable.lookups
    slow = variable.resolve

    def read(context: Any) -> Any:
        for scope in reversed(context.dicts):
            if name in scope:
                value = scope[name]
                break
        else:
            if name in context.__dict__ or hasattr(context.__class__, name):
                return slow(context)  # Django finds attributes of the context, too
            # A new one each time: an exception that is raised again keeps the frames of every time before.
            raise VariableDoesNotExist(_NOT_THERE)
        if callable(value):
            return slow(context)
        for bit in bits:
            try:
                if _has_items(value.__class__):
                    try:
                        value = value[bit]
                    except _LOOKUP_ERRORS:
                        value = getattr(value, bit)
                else:
                    value = getattr(value, bit)
                if callable(value) and not getattr(value, "do_not_call_in_templates", False):
                    if getattr(value, "alters_data", False):
                        return slow(context)
                    value = value()
            except Exception:  # Django decides which of them are silent
                return slow(context)
        return value

    return read


def read_expression(expression: FilterExpression, *, or_none: bool = False) -> Read:
    """A variable or constant with its filters. Missing: the empty string, or None with `or_none`."""
    if not expression.is_var:
        constant = expression.var
        return _filtered(lambda _context: constant, expression)
    read = _variable(expression.var)

    def find(context: Any) -> Any:
        try:
            return read(context)
        except VariableDoesNotExist:
            return None if or_none else ""

    return _filtered(find, expression)


def _filtered(read: Read, expression: FilterExpression) -> Read:
    for function, arguments in expression.filters:
        read = _filter(read, function, [_argument(is_variable, value) for is_variable, value in arguments])
    return read


def _argument(is_variable: bool, value: Any) -> Read:
    if is_variable:
        return _variable(value)
    constant = mark_safe(value)  # noqa: S308  (a literal of the template)
    return lambda _context: constant


def _filter(read: Read, function: Callable[..., Any], arguments: list[Read]) -> Read:
    takes_escape = getattr(function, "needs_autoescape", False)
    is_safe = getattr(function, "is_safe", False)
    is_local = getattr(function, "expects_localtime", False)

    def run(context: Any) -> Any:
        value = read(context)
        if is_local:
            value = template_localtime(value, context.use_tz)
        more = {"autoescape": context.autoescape} if takes_escape else {}
        made = function(value, *[argument(context) for argument in arguments], **more)
        return mark_safe(made) if is_safe and isinstance(value, SafeData) else made  # noqa: S308  (Django's rule)

    return run


def read_condition(condition: Any) -> Read:
    """What stands behind `if`: True or False (or anything that counts as such)."""
    if isinstance(condition, TemplateLiteral):
        return read_expression(condition.value, or_none=True)
    make = _OPERATORS.get(condition.id)
    if make is None:
        return condition.eval
    first = read_condition(condition.first)
    test = make(first, read_condition(condition.second) if condition.second is not None else first)

    def safely(context: Any) -> Any:
        try:
            return test(context)
        except Exception:  # as Django: a comparison that makes no sense is false
            return False

    return safely


_OPERATORS: dict[str, Callable[[Read, Read], Read]] = {
    "or": lambda a, b: lambda context: a(context) or b(context),
    "and": lambda a, b: lambda context: a(context) and b(context),
    "not": lambda a, _b: lambda context: not a(context),
    "in": lambda a, b: lambda context: a(context) in b(context),
    "not in": lambda a, b: lambda context: a(context) not in b(context),
    "==": lambda a, b: lambda context: a(context) == b(context),
    "!=": lambda a, b: lambda context: a(context) != b(context),
    ">": lambda a, b: lambda context: a(context) > b(context),
    ">=": lambda a, b: lambda context: a(context) >= b(context),
    "<": lambda a, b: lambda context: a(context) < b(context),
    "<=": lambda a, b: lambda context: a(context) <= b(context),
}


def find(context: BaseContext, name: str) -> Any:
    """A name of the context, or None."""
    for scope in reversed(context.dicts):
        if name in scope:
            return scope[name]
    return None
