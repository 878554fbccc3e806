"""The API of problems, projects and tasks: the same verbs for the same people as on their pages."""

from __future__ import annotations

from django.urls import path

from projects.api import keeping, people, places, problems, projects, tasks

urlpatterns = [
    path("problems", problems.Problems.as_view()),
    path("problems/map", places.ProblemsMap.as_view()),
    path("problems/<slug:slug>", problems.OneProblem.as_view()),
    path("problems/<slug:slug>/submit", problems.HandingIn.as_view()),
    path("problems/<slug:slug>/accept", problems.Accepting.as_view()),
    path("problems/<slug:slug>/decide", problems.Deciding.as_view()),
    path("problems/<slug:slug>/mark-duplicate", problems.Merging.as_view()),
    path("problems/<slug:slug>/restore", problems.TellingApart.as_view()),
    path("problems/<slug:slug>/discard", problems.Discarding.as_view()),
    path("problems/<slug:slug>/voices", people.Voices.as_view()),
    path("problems/<slug:slug>/endorse", people.Endorsing.as_view()),
    path("problems/<slug:slug>/withdraw-endorsement", people.Unendorsing.as_view()),
    path("voices/<uuid:pk>/withdraw", people.WithdrawingVoice.as_view()),
    path("problems/<slug:slug>/projects", projects.Proposing.as_view()),
    path("me/drafts", problems.Drafts.as_view()),
    path("projects", projects.Projects.as_view()),
    path("projects/<slug:slug>", projects.OneProject.as_view()),
    path("projects/<slug:slug>/state", projects.Stepping.as_view()),
    path("projects/<slug:slug>/tasks", tasks.ProjectTasks.as_view()),
    path("tasks", tasks.Tasks.as_view()),
    path("tasks/<uuid:pk>", tasks.OneTask.as_view()),
    path("tasks/<uuid:pk>/publish", tasks.Publishing.as_view()),
    path("tasks/<uuid:pk>/claim", tasks.Claiming.as_view()),
    path("tasks/<uuid:pk>/release", tasks.Releasing.as_view()),
    path("tasks/<uuid:pk>/extend", keeping.Extending.as_view()),
    path("tasks/<uuid:pk>/notes", keeping.Notes.as_view()),
    path("tasks/<uuid:pk>/template", keeping.KeepingTemplate.as_view()),
    path("task-templates/<uuid:pk>/retire", keeping.RetiringTemplate.as_view()),
    path("guilds/<slug:slug>/task-templates", keeping.Templates.as_view()),
    path("projects/<slug:slug>/timeline", keeping.Timeline.as_view()),
    path("tasks/<uuid:pk>/close", tasks.Closing.as_view()),
]
