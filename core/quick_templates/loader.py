"""Django's cached loader, whose templates render themselves by compiled steps."""

from __future__ import annotations

from typing import Any

from django.template import Template
from django.template.base import Node, NodeList, Variable
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode, ExtendsNode
from django.template.loaders import cached
from django.utils.safestring import SafeString

from core.quick_templates.nodes import Step, compile_nodes, rendered


class Loader(cached.Loader):
    """Compiles what it caches. With the engine's debug switched on pages stay Django's, for its pages of errors."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        """As Django's; the template's nodes know how to render themselves quickly."""
        template = super().get_template(template_name, skip)
        if not self.engine.debug and template.nodelist.__class__ is NodeList:
            template.nodelist = WholeTemplate(template.nodelist)
        return template


class WholeTemplate(NodeList):
    """All nodes of one template, its parents included."""

    _step: Step | None = None

    def render(self, context: Any) -> SafeString:
        """As Django's; the first time it finds the parents and compiles."""
        if context.render_context.get(BLOCK_CONTEXT_KEY) is not None:
            # A child that Django renders itself asks its parent to fill in the child's blocks.
            return NodeList.render(self, context)
        step = self._step
        if step is None:
            step = self._step = _compile(self, context.template.engine)
        return rendered(step, context)


def _compile(nodes: NodeList, engine: Any) -> Step:
    chain = [nodes]
    while (extends := _extends(chain[-1])) is not None:
        if extends.parent_name.is_var or extends.parent_name.filters:
            return _by_django(nodes)
        chain.append(engine.get_template(extends.parent_name.var).nodelist)
    if len(chain) > 1 and any(_asks_for_block(part) for part in chain):
        return _by_django(nodes)
    blocks: dict[str, BlockNode] = {}
    for part in reversed(chain):
        blocks |= {block.name: block for block in part.get_nodes_by_type(BlockNode)}
    return compile_nodes(chain[-1], blocks)


def _by_django(nodes: NodeList) -> Step:
    return lambda context, write: write(NodeList.render(nodes, context))


def _extends(nodes: NodeList) -> ExtendsNode | None:
    return next((node for node in nodes if isinstance(node, ExtendsNode)), None)


def _asks_for_block(nodes: NodeList) -> bool:
    """Whether a template says `block.super`, which needs Django's own stack of blocks."""
    return any(
        isinstance(value, Variable) and value.lookups and value.lookups[0] == "block"
        for node in nodes.get_nodes_by_type(Node)
        for value in _variables(node)
    )


def _variables(node: Node) -> list[Any]:
    return [getattr(found, "var", None) for found in vars(node).values()]
