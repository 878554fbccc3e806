"""Make the stored nodes of the public log's tree anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from core.checkpoints import wait_for_turn
from core.log_nodes import rebuild_nodes
from core.models import LogRoot


class Command(BaseCommand):
    """`manage.py rebuild_log_nodes`: from the leaves alone; proofs wait for it."""

    help = "Throw away the nodes from which proofs of the public log are made, and make them from the leaves."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild under the lock of the signer."""
        with transaction.atomic():
            wait_for_turn()
            last = LogRoot.objects.order_by("-size").first()
            made = rebuild_nodes(last.size if last else 0)
        self.stdout.write(self.style.SUCCESS(f"{made} node(s) made from the leaves."))
