"""Templates of tasks: kept from a task that worked, and retired."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import Subject
from accounts.queries import lock_person
from guilds.models import Guild
from projects.models import Task, TaskTemplate
from projects.permissions import check_can_keep_templates

#: What a template keeps of a task.
TEMPLATE_FIELDS = ("title", "description", "role", "skills", "difficulty", "estimate_minutes", "is_starter")


@transaction.atomic
def save_task_template(*, task: Task, by: Subject, now: datetime) -> TaskTemplate:
    """Keep a task's words and sizes for the guild's next tasks of that kind; a title is kept once, as it was last."""
    lock_person(by.pk)
    guild = Guild.objects.select_for_update(no_key=True).get(pk=task.project.guild_id)
    task = Task.objects.get(pk=task.pk)
    check_can_keep_templates(by, guild, now)
    kept = {name: getattr(task, name) for name in TEMPLATE_FIELDS}
    template = TaskTemplate.objects.filter(guild=guild, title=task.title, retired_at__isnull=True).first()
    if template is None:
        return TaskTemplate.objects.create(guild=guild, author=by, created_at=now, **kept)
    for name, value in kept.items():
        setattr(template, name, value)
    template.save(update_fields=list(kept))
    return template


@transaction.atomic
def retire_task_template(*, template: TaskTemplate, by: Subject, now: datetime) -> None:
    """Offer a template no more; tasks made from it stay. Twice is once."""
    lock_person(by.pk)
    check_can_keep_templates(by, Guild.objects.get(pk=template.guild_id), now)
    TaskTemplate.objects.filter(pk=template.pk, retired_at__isnull=True).update(retired_at=now)
