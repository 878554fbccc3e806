"""Eight processes earn, spend and reverse on one person's account: nothing is lost, nothing falls below zero, nobody gives up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from accounts.models import Subject
from reputation.integrity import CHECKS, findings
from reputation.models import Account, Entry, Transfer
from tests.reputation.conftest import make_guild

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 8


def run(seconds: float) -> Counter[str]:
    """Eight such processes on one account of a new guild; the sum of what they counted."""
    guild, person = make_guild(), Subject.objects.create()
    words = [sys.executable, "-m", "tests.reputation.hot_account", str(connection.settings_dict["NAME"])]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "guildhub.settings", "GUILDHUB_ENV_FILE": ""}
    processes = [
        subprocess.Popen(
            [*words, str(guild.pk), str(person.pk), str(seconds), str(seed)],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for seed in range(PROCESSES)
    ]  # fmt: skip
    total: Counter[str] = Counter()
    for process in processes:
        printed, errors = process.communicate(timeout=seconds + 120)
        assert process.returncode == 0, errors
        total.update(json.loads(printed.splitlines()[-1]))
    return total


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_processes_on_one_account_for_a_minute() -> None:
    told = run(60.0)
    print(dict(told))
    minted = Transfer.objects.filter(reason="contribution_approved")
    assert minted.count() == 2 * told["deeds"] == 2 * told["earn"] > 100, "every acknowledged deed is there, once"
    assert Transfer.objects.filter(reason="spent").count() == told["give"] > 10
    assert Transfer.objects.filter(reason="reversal").exists()
    balances = dict(Account.objects.filter(subject__isnull=False).values_list("kind", "balance"))
    sums = Entry.objects.filter(account__subject__isnull=False).values_list("account__kind").annotate(n=Sum("amount"))
    assert balances == dict(sums)
    assert all(balance >= 0 for kind, balance in balances.items() if kind != "pts_debt")
    assert balances.get("pts_debt", 0) <= 0
    lowest = Entry.objects.filter(balance__lt=0).exclude(account__kind="pts_debt")
    assert not lowest.exists(), "no account was below zero after any entry"
    assert [finding for check in CHECKS for finding in findings(check)] == []
