"""What people type about problems, voices, projects and tasks."""

from projects.forms.filters import ProblemFilters, asked_of_problems
from projects.forms.problems import (
    PROBLEM_STEPS,
    DuplicateForm,
    KnownForm,
    NewWhatForm,
    ProblemForm,
    WhatForm,
    WhereForm,
)
from projects.forms.shared import ReasonForm
from projects.forms.voices import VoiceForm, WithdrawVoiceForm
from projects.forms.work import PROJECT_STEPS, ClaimForm, ProgressForm, ProjectForm, ProjectStepForm, TaskForm

__all__ = [
    "PROBLEM_STEPS",
    "PROJECT_STEPS",
    "ClaimForm",
    "DuplicateForm",
    "KnownForm",
    "NewWhatForm",
    "ProblemFilters",
    "ProblemForm",
    "ProgressForm",
    "ProjectForm",
    "ProjectStepForm",
    "ReasonForm",
    "TaskForm",
    "VoiceForm",
    "WhatForm",
    "WhereForm",
    "WithdrawVoiceForm",
    "asked_of_problems",
]
