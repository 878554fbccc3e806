"""Each node of a template as a function that writes to a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from decimal import Decimal
from html import escape
from typing import Any

from django.template.base import Node, NodeList, TextNode, Variable, VariableNode, render_value_in_context
from django.template.defaulttags import CommentNode, ForNode, IfNode, LoadNode, URLNode, WithNode
from django.template.library import SimpleBlockNode, SimpleNode
from django.template.loader_tags import BlockNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from core.addresses import address
from core.quick_templates.lookups import find, read_condition, read_expression

Write = Callable[[str], Any]
Step = Callable[[Any, Write], None]
Blocks = Mapping[str, BlockNode]


#: Templates that one `include` of a variable's name keeps at hand.
_NAMES_MOST = 20


class Scope:
    """`with context.push(...)`, which takes four times as long: names that are there until the block ends."""

    __slots__ = ("_names", "_scopes")

    def __init__(self, context: Any, names: dict[str, Any]) -> None:
        self._scopes, self._names = context.dicts, names

    def __enter__(self) -> None:
        self._scopes.append(self._names)

    def __exit__(self, *_error: object) -> None:
        self._scopes.pop()


def compile_nodes(nodes: Iterable[Node], blocks: Blocks) -> Step:
    """All nodes as one step; neighbours that depend on the language alone become one string for each language."""
    steps: list[Step] = []
    constant: list[Node] = []

    def close() -> None:
        if constant:
            steps.append(_constant(tuple(constant)))
            constant.clear()

    for node in nodes:
        if isinstance(node, LoadNode | CommentNode):
            continue
        if _is_constant(node):
            constant.append(node)
            continue
        close()
        steps.append(_COMPILERS.get(type(node), _as_django)(node, blocks))
    close()
    return _sequence(steps)


def _sequence(steps: list[Step]) -> Step:
    if len(steps) == 1:
        return steps[0]

    def run(context: Any, write: Write) -> None:
        for step in steps:
            step(context, write)

    return run


def _is_constant(node: Node) -> bool:
    """Text, a translated literal, a static file, an address without arguments: all the same for every reader."""
    if isinstance(node, TranslateNode):
        return not (node.asvar or node.message_context) and _is_literal(node)
    if isinstance(node, StaticNode):
        return node.varname is None and not node.path.is_var and not node.path.filters
    if isinstance(node, URLNode):
        return not (node.args or node.kwargs or node.asvar or node.view_name.is_var)
    if isinstance(node, BlockTranslateNode):
        plain = not (node.plural or node.asvar or node.message_context or node.extra_context)
        return plain and not node.render_token_list(node.singular)[1]
    return isinstance(node, TextNode)


def _is_literal(node: TranslateNode) -> bool:
    """Django keeps a text to be translated as a variable that looks nothing up."""
    expression = node.filter_expression
    return isinstance(expression.var, Variable) and expression.var.lookups is None and not expression.filters


def _translate(node: TranslateNode, blocks: Blocks) -> Step:
    """`translate ... as name`: the words are found once for each language."""
    if not node.asvar or node.message_context or not _is_literal(node):
        return _as_django(node, blocks)
    by_language: dict[str | None, str] = {}
    name = node.asvar

    def run(context: Any, _write: Write) -> None:
        words = by_language.get(context.quick_language)
        if words is None:
            node.render(context)
            by_language[context.quick_language] = context[name]
        else:
            context[name] = words

    return run


def _constant(nodes: tuple[Node, ...]) -> Step:
    if all(isinstance(node, TextNode) for node in nodes):
        text = "".join(node.s for node in nodes)  # type: ignore[attr-defined]
        return lambda _context, write: write(text)
    by_language: dict[str | None, str] = {}

    def run(context: Any, write: Write) -> None:
        language = context.quick_language
        text = by_language.get(language)
        if text is None:
            text = by_language[language] = "".join(node.render(context) for node in nodes)
        write(text)

    return run


def _as_django(node: Node, blocks: Blocks) -> Step:
    """Any other tag renders itself; what it wraps is still quick. A copy, because a parent serves many children."""
    node = copy(node)
    for name in node.child_nodelists:
        inner = getattr(node, name, None)
        if isinstance(inner, NodeList) and name in vars(node):
            setattr(node, name, QuickNodeList(inner, blocks))
    return lambda context, write: write(node.render_annotated(context))


class QuickNodeList(NodeList):
    """What another tag wraps, rendered by compiled steps."""

    def __init__(self, nodes: NodeList, blocks: Blocks) -> None:
        super().__init__(nodes)
        self._step = compile_nodes(nodes, blocks)

    def render(self, context: Any) -> SafeString:
        """As Django's, but quick."""
        return rendered(self._step, context)


def rendered(step: Step, context: Any) -> SafeString:
    """What a step writes, as one string."""
    parts: list[str] = []
    before = context.__dict__.get("quick_language")
    # Asked once for each template and not for each text: Django keeps it per coroutine, which costs 2 us to find.
    context.quick_language = get_language()
    step(context, parts.append)
    context.quick_language = before
    return SafeString("".join(parts))


def _variable(node: VariableNode, blocks: Blocks) -> Step:
    read = read_expression(node.filter_expression)

    def run(context: Any, write: Write) -> None:
        write(_in_context(read(context), context))

    return run


def _in_context(value: Any, context: Any) -> str:
    """As Django's render_value_in_context; text goes a shorter way."""
    kind = value.__class__
    if kind is SafeString:
        return value
    if kind is str:
        return escape(value) if context.autoescape else value  # Python's own: Django's looks for lazy texts first
    return render_value_in_context(value, context)


def _if(node: IfNode, blocks: Blocks) -> Step:
    ways = [
        (read_condition(condition) if condition is not None else _always, compile_nodes(inner, blocks))
        for condition, inner in node.conditions_nodelists
    ]

    def run(context: Any, write: Write) -> None:
        for test, step in ways:
            if test(context):
                step(context, write)
                return

    return run


def _always(_context: Any) -> bool:
    return True


def _for(node: ForNode, blocks: Blocks) -> Step:
    read = read_expression(node.sequence, or_none=True)
    body, empty = compile_nodes(node.nodelist_loop, blocks), compile_nodes(node.nodelist_empty, blocks)
    names = node.loopvars
    only = names[0] if len(names) == 1 else None

    def run(context: Any, write: Write) -> None:
        outer = find(context, "forloop")
        scope: dict[str, Any] = {}
        with Scope(context, scope):
            values = read(context)
            values = [] if values is None else values if hasattr(values, "__len__") else list(values)
            count = len(values)
            if not count:
                empty(context, write)
                return
            loop = scope["forloop"] = {"parentloop": {} if outer is None else outer}
            for number, item in enumerate(reversed(values) if node.is_reversed else values):
                loop["counter0"], loop["counter"] = number, number + 1
                loop["revcounter"], loop["revcounter0"] = count - number, count - number - 1
                loop["first"], loop["last"] = number == 0, number == count - 1
                if only is not None:
                    scope[only] = item
                    body(context, write)
                    continue
                if len(item) != len(names):
                    raise ValueError(f"Need {len(names)} values to unpack in for loop; got {len(item)}. ")
                with Scope(context, dict(zip(names, item, strict=True))):
                    body(context, write)

    return run


def _with(node: WithNode, blocks: Blocks) -> Step:
    values = [(name, read_expression(value)) for name, value in node.extra_context.items()]
    body = compile_nodes(node.nodelist, blocks)

    def run(context: Any, write: Write) -> None:
        with Scope(context, {name: read(context) for name, read in values}):
            body(context, write)

    return run


def _block(node: BlockNode, blocks: Blocks) -> Step:
    """The most derived block of that name. `block.super` never comes here (see the loader)."""
    body = compile_nodes(blocks.get(node.name, node).nodelist, blocks)

    def run(context: Any, write: Write) -> None:
        with Scope(context, {}):
            body(context, write)

    return run


def _include(node: IncludeNode, blocks: Blocks) -> Step:
    read_name = read_expression(node.template)
    values = [(name, read_expression(value)) for name, value in node.extra_context.items()]
    alone = node.isolated_context
    found: dict[str, Any] = {}

    def run(context: Any, write: Write) -> None:
        name = read_name(context)
        if not isinstance(name, str) or name.startswith("."):  # a template object, or a path from here
            write(node.render(context))
            return
        template = found.get(name)
        if template is None:
            template = context.template.engine.get_template(name)
            if len(found) < _NAMES_MOST:
                found[name] = template
        given = {key: read(context) for key, read in values}
        if alone:
            write(template.render(context.new(given)))
            return
        with Scope(context, given), Scope(context.render_context, {}):
            outer, context.render_context.template = context.render_context.template, template
            try:
                write(template.nodelist.render(context))
            finally:
                context.render_context.template = outer

    return run


def _simple(node: SimpleNode, blocks: Blocks) -> Step:
    arguments = [read_expression(value) for value in node.args]
    named = [(name, read_expression(value)) for name, value in node.kwargs.items()]
    function, takes_context, target = node.func, node.takes_context, node.target_var
    body = compile_nodes(node.nodelist, blocks) if isinstance(node, SimpleBlockNode) else None

    def run(context: Any, write: Write) -> None:
        given = [read(context) for read in arguments]
        if body is not None:
            given.insert(0, rendered(body, context))
        if takes_context:
            given.insert(0, context)
        made = function(*given, **{name: read(context) for name, read in named})
        if target is not None:
            context[target] = made
        else:
            write(made if made.__class__ is SafeString or not context.autoescape else conditional_escape(made))

    return run


def _url(node: URLNode, blocks: Blocks) -> Step:
    if node.asvar or node.kwargs or node.view_name.is_var or node.view_name.filters:
        return _as_django(node, blocks)
    name, arguments = node.view_name.var, [read_expression(value) for value in node.args]

    def run(context: Any, write: Write) -> None:
        write(escape(address(name, *[read(context) for read in arguments])))

    return run


def _block_translate(node: BlockTranslateNode, blocks: Blocks) -> Step:
    """The sentence is looked up for each language once (a plural each time), and only its values are read."""
    if node.message_context or node.asvar:
        return _as_django(node, blocks)
    extra = [(name, read_expression(value)) for name, value in node.extra_context.items()]
    singular, names = node.render_token_list(node.singular)
    plural, more = node.render_token_list(node.plural) if node.plural else ("", [])
    if not node.plural and not extra:
        return _as_django(node, blocks) if not names else _sentence(node, singular, names)
    count = read_expression(node.counter) if node.plural else None

    by_language: dict[str | None, str] = {}

    def run(context: Any, write: Write) -> None:
        with Scope(context, {name: read(context) for name, read in extra}):
            if count is None:
                said = by_language.get(context.quick_language)
                if said is None:
                    said = by_language[context.quick_language] = gettext(singular)
            else:
                number = count(context)
                if not isinstance(number, Decimal | float | int):
                    write(node.render(context))  # which says what is wrong
                    return
                context[node.countervar] = number
                said = ngettext(singular, plural, number)
            write(_filled(node, said, [*names, *more], context))

    return run


def _sentence(node: BlockTranslateNode, text: str, names: list[str]) -> Step:
    by_language: dict[str | None, str] = {}

    def run(context: Any, write: Write) -> None:
        said = by_language.get(context.quick_language)
        if said is None:
            said = by_language[context.quick_language] = gettext(text)
        write(_filled(node, said, names, context))

    return run


def _filled(node: BlockTranslateNode, said: str, names: list[str], context: Any) -> str:
    values = {}
    for name in names:
        value = find(context, name)
        values[name] = "" if value is None and name not in context else _in_context(value, context)
    try:
        return said % values
    except (KeyError, ValueError):
        return node.render(context)  # a translation that can't be filled: Django falls back to the source


_COMPILERS: dict[type[Node], Callable[[Any, Blocks], Step]] = {
    VariableNode: _variable,
    IfNode: _if,
    ForNode: _for,
    WithNode: _with,
    BlockNode: _block,
    IncludeNode: _include,
    SimpleNode: _simple,
    SimpleBlockNode: _simple,
    URLNode: _url,
    TranslateNode: _translate,
    BlockTranslateNode: _block_translate,
}
