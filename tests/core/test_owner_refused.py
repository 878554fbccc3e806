"""Append-only tables refuse even their owner, whom grants don't bind."""

from __future__ import annotations

import psycopg2
import pytest
from django.db import connection

from core.checkpoints import publish_checkpoint
from core.log_keys import KeyRing
from core.public_log import append_events
from core.signed_notes import PrivateKey
from guildhub import embedded
from tests.core.happenings import NOW, happen

CHANGES = [
    f"{change} {table}{rest}"
    for table, column in [
        ("core_event", "kind"),
        ("core_logentry", "seq"),
        ("core_logroot", "size"),
        ("core_logkey", "number"),
        ("core_logcheckpoint", "note"),
    ]
    for change, rest in [("UPDATE", f" SET {column} = {column}"), ("DELETE FROM", ""), ("TRUNCATE", " CASCADE")]
]


@pytest.mark.django_db(transaction=True)
def test_triggers_refuse_the_owner() -> None:
    append_events([happen()], now=NOW)
    publish_checkpoint(now=NOW, ring=KeyRing(PrivateKey.make("guild.test/log").secret_text()))
    owner = psycopg2.connect(embedded.connect().migrate_database_url, dbname=str(connection.settings_dict["NAME"]))
    try:
        for change in [*CHANGES, "UPDATE core_logsalt SET salt = salt", "TRUNCATE core_logsalt"]:
            with pytest.raises(psycopg2.Error, match="append-only"), owner, owner.cursor() as cursor:
                cursor.execute(change)
    finally:
        owner.close()
