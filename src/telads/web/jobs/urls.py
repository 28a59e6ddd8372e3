"""URLs under /admin-data/."""

from django.urls import path

from telads.web.jobs.views import again, build, cancel, forget, job, overview, upload, use

urlpatterns = [
    path("", overview, name="admin-data"),
    path("upload/", upload, name="admin-upload"),
    path("build/", build, name="admin-build"),
    path("builds/<str:build>/use/", use, name="admin-use-build"),
    path("months/<str:month>/forget/", forget, name="admin-forget"),
    path("jobs/<int:job>/", job, name="admin-job"),
    path("jobs/<int:job>/cancel/", cancel, name="admin-job-cancel"),
    path("jobs/<int:job>/again/", again, name="admin-job-again"),
]
