"""Addresses of problems, projects and tasks."""

from django.urls import path

from projects import views

app_name = "projects"
urlpatterns = [
    path("problems.atom", views.problems_feed, name="problems_feed"),
    path("problems.geojson", views.problems_geojson, name="problems_geojson"),
    path("tasks.atom", views.tasks_feed, name="tasks_feed"),
    path("problems/", views.problems, name="problems"),
    path("problems/new/", views.problem_new, name="problem_new"),
    path("problems/map/", views.problems_map, name="problems_map"),
    path("problems/<slug:slug>/", views.problem, name="problem"),
    path("problems/<slug:slug>/edit/", views.problem_edit, name="problem_edit"),
    path("problems/<slug:slug>/steps/<slug:step>/", views.problem_step, name="problem_step"),
    path("problems/<slug:slug>/people/", views.problem_people, name="problem_people"),
    path("problems/<slug:slug>/voices/", views.voices, name="voices"),
    path("problems/<slug:slug>/voices/new/", views.voice_new, name="voice_new"),
    path("problems/<slug:slug>/project/new/", views.project_new, name="project_new"),
    path("projects/<slug:slug>/", views.project, name="project"),
    path("projects/<slug:slug>/edit/", views.project_edit, name="project_edit"),
    path("projects/<slug:slug>/timeline/", views.project_timeline, name="project_timeline"),
    path("projects/<slug:slug>/tasks/", views.project_tasks, name="project_tasks"),
    path("projects/<slug:slug>/templates/", views.task_templates, name="task_templates"),
    path("projects/<slug:slug>/tasks/new/", views.task_new, name="task_new"),
    path("tasks/<uuid:pk>/", views.task, name="task"),
    path("tasks/<uuid:pk>/edit/", views.task_edit, name="task_edit"),
]
