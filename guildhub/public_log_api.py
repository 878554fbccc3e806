"""The API of the public log: checkpoints, keys and proofs, for everybody. Hashes are base64, as in checkpoints."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request

from core.api.endpoints import PUBLIC, Endpoint, reads
from core.api.paging import Listing, Order, big_number, page
from core.api.shapes import Shape
from core.models import LogCheckpoint
from core.published_log import checkpoint_of, checkpoints, consistency_of, inclusion_of, published_keys
from guildhub.views.public_log import as_text, as_texts

LARGEST_FIRST = Order(("-pk",), (big_number,))
_MOST = 2**53


class LogCheckpointShape(Shape):
    """A signed root. `note` is the checkpoint itself, in the form of c2sp.org/tlog-checkpoint."""

    size = serializers.IntegerField(help_text="How many entries it speaks of.")
    root = serializers.SerializerMethodField(help_text="The root over them, base64.")
    signed_at = serializers.DateTimeField()
    key = serializers.IntegerField(source="key.number", help_text="Number of the key that signed it.")
    note = serializers.CharField()

    def get_root(self, row: LogCheckpoint) -> str:
        """Base64, as in the note."""
        return as_text(bytes(row.root.root_hash))


class LogKeyShape(Shape):
    """A key of the log. `statement` is a note signed by it and, unless that one was lost or leaked, by the key before."""

    number = serializers.IntegerField()
    key = serializers.CharField(help_text="The verifier key, in the form of c2sp.org/signed-note.")
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True, help_text="Null: it still signs.")
    reason = serializers.CharField()
    statement = serializers.CharField()


class LogKeysShape(Shape):
    """All keys, the first one first."""

    keys = LogKeyShape(many=True)


class InclusionQuery(Shape):
    """Which entry, in the log of which checkpoint."""

    entry = serializers.IntegerField(min_value=0, max_value=_MOST, help_text="Counted from 0.")
    size = serializers.IntegerField(
        required=False, min_value=1, max_value=_MOST, help_text="Of a checkpoint; the latest unless said otherwise."
    )


class InclusionShape(Shape):
    """That an entry is in the log of a checkpoint (RFC 9162, 2.1.3). `hashes` are base64, from the leaf's sibling up."""

    entry = serializers.IntegerField()
    leaf = serializers.CharField(help_text="The entry's leaf hash, base64.")
    hashes = serializers.ListField(child=serializers.CharField())
    checkpoint = LogCheckpointShape()


class ConsistencyQuery(Shape):
    """The sizes of two checkpoints."""

    first = serializers.IntegerField(min_value=1, max_value=_MOST)
    second = serializers.IntegerField(
        required=False, min_value=1, max_value=_MOST, help_text="The latest unless said otherwise."
    )


class ConsistencyShape(Shape):
    """That the log of one checkpoint is the beginning of that of another (RFC 9162, 2.1.4). `hashes` are base64."""

    hashes = serializers.ListField(child=serializers.CharField())
    first = LogCheckpointShape()
    second = LogCheckpointShape()


class Checkpoints(Endpoint):
    """Signed roots."""

    topic = "public-log"

    @reads("list_log_checkpoints", LogCheckpointShape, scope=PUBLIC, order=LARGEST_FIRST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """All checkpoints of the public log, the largest first."""
        return page(checkpoints(), LARGEST_FIRST, **values)


class Latest(Endpoint):
    """The last signed root."""

    topic = "public-log"

    @reads("read_log_checkpoint", LogCheckpointShape, scope=PUBLIC)
    def get(self, request: Request) -> LogCheckpoint:
        """The latest checkpoint of the public log. Keep it: with it you can tell later whether history was rewritten."""
        return checkpoint_of()


class Keys(Endpoint):
    """The keys that sign."""

    topic = "public-log"

    @reads("list_log_keys", LogKeysShape, scope=PUBLIC)
    def get(self, request: Request) -> dict[str, Any]:
        """Every key that signed the public log, with the time it did so in."""
        return {"keys": published_keys()}


class InclusionProofs(Endpoint):
    """That something is in the log."""

    topic = "public-log"

    @reads("prove_log_entry", InclusionShape, scope=PUBLIC, query=InclusionQuery)
    def get(self, request: Request, values: dict[str, Any]) -> dict[str, Any]:
        """The proof that an entry is in the public log."""
        proof = inclusion_of(entry=values["entry"], size=values.get("size"))
        return {
            "entry": proof.entry,
            "leaf": as_text(proof.leaf),
            "hashes": as_texts(proof.hashes),
            "checkpoint": proof.checkpoint,
        }


class ConsistencyProofs(Endpoint):
    """That nothing in the log was changed."""

    topic = "public-log"

    @reads("prove_log_growth", ConsistencyShape, scope=PUBLIC, query=ConsistencyQuery)
    def get(self, request: Request, values: dict[str, Any]) -> dict[str, Any]:
        """The proof that an older checkpoint's log is the beginning of a newer one's."""
        proof = consistency_of(first=values["first"], second=values.get("second"))
        return {"hashes": as_texts(proof.hashes), "first": proof.first, "second": proof.second}


urlpatterns = [
    path("public-log/checkpoint", Latest.as_view()),
    path("public-log/checkpoints", Checkpoints.as_view()),
    path("public-log/keys", Keys.as_view()),
    path("public-log/proofs/inclusion", InclusionProofs.as_view()),
    path("public-log/proofs/consistency", ConsistencyProofs.as_view()),
]
