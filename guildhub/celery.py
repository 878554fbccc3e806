"""Celery: the broker, what the scheduler sweeps, and how workers treat their jobs. Jobs are made by `core.jobs.job`."""

from __future__ import annotations

import os
from contextlib import suppress

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_embedded_init, beat_init
from kombu.exceptions import OperationalError

from guildhub import job_context  # noqa: F401  (its signals carry the request's id into jobs)
from guildhub.broker import use_quick_transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildhub.settings")

use_quick_transport()
app = Celery("guildhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    # A job that outlives the broker's connection would be handed out again beside itself.
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        # Longer than the longest job: a message handed out earlier than that would run twice at once.
        "visibility_timeout": 900,
        "socket_connect_timeout": 0.3,
        # Kombu's own retries, beside those that `guildhub/broker.py` ends: measured without, six seconds a request.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        # What settings add: the tests' workers prefix their keys.
        **app.conf.broker_transport_options,
    },
    # Whoever runs these knows the owner's login; the worker of everything else doesn't.
    task_routes={"operations.*": {"queue": "operations"}},
    timezone="UTC",
    # Everything scheduled is a sweep that is safe to run twice, so the schedule needs no file of its own.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "core.sweep_deliveries": {"task": "core.sweep_deliveries", "schedule": 3.0, "options": {"expires": 10}},
        "contributions.post_verdicts": {
            "task": "contributions.post_verdicts",
            "schedule": 3.0,
            "options": {"expires": 10},
        },
        # A run lasts four seconds at most, so that other jobs have their turn while twelve thousand mails leave.
        "notices.send_mails": {"task": "notices.send_mails", "schedule": 5.0, "options": {"expires": 5}},
        "notices.plan_digests": {"task": "notices.plan_digests", "schedule": 300.0, "options": {"expires": 280}},
        "notices.forget_old_mails": {"task": "notices.forget_old_mails", "schedule": 3600.0 * 6},
        "contributions.resume_history": {
            "task": "contributions.resume_history",
            "schedule": 30.0,
            "options": {"expires": 60},
        },
        **{
            name: {"task": name, "schedule": seconds, "options": {"expires": seconds * 0.9}}
            for name, seconds in (
                ("operations.heartbeat", 60.0),
                ("operations.note_erasures", 60.0),
                ("operations.back_up", 300.0),
                ("operations.check", 600.0),
                ("operations.sign_log", 60.0),
                ("guildhub.heartbeat", 60.0),
                ("guildhub.monday_mails", 300.0),
                ("guildhub.tidy", 3600.0),
                ("contributions.live_a_day", 900.0),
                ("contributions.run_challenges", 30.0),
                ("contributions.make_board_steps", 5.0),
                ("contributions.route_reviews", 60.0),
                ("reputation.count_weeks", 30.0),
                ("contributions.sweep_policy_simulations", 60.0),
            )
        },
        "contributions.look_for_patterns": {
            "task": "contributions.look_for_patterns",
            "schedule": crontab(hour=20, minute=40),
        },
        "core.forget_old_answers": {"task": "core.forget_old_answers", "schedule": 3600.0 * 6},
        "core.tidy_search": {"task": "core.tidy_search", "schedule": 3600.0 * 6},
        "guilds.recount_reviewers": {
            "task": "guilds.recount_reviewers",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
        "guilds.remind_of_ending_rights": {"task": "guilds.remind_of_ending_rights", "schedule": 3600.0},
        "guilds.sweep_exports": {"task": "guilds.sweep_exports", "schedule": 60.0, "options": {"expires": 60}},
        "guilds.sweep_invitations": {"task": "guilds.sweep_invitations", "schedule": 30.0, "options": {"expires": 30}},
        "core.forget_old_tallies": {"task": "core.forget_old_tallies", "schedule": 3600.0 * 6},
        "projects.release_ended_claims": {"task": "projects.release_ended_claims", "schedule": 3600.0},
        "projects.remind_ending_claims": {"task": "projects.remind_ending_claims", "schedule": 3600.0},
    },
)
app.autodiscover_tasks(related_name="jobs")


@beat_init.connect
@beat_embedded_init.connect
def _be_seen_at_once(**_sender: object) -> None:
    """After a start nobody should read for a minute that nothing works."""
    with suppress(OSError, OperationalError):
        for name in ("operations.heartbeat", "guildhub.heartbeat"):
            app.send_task(name, expires=50, retry=False)
