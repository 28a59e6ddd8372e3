"""URLs under /experiments/."""

from django.urls import path

from telads.web.experiments.views import (
    access,
    again,
    analyse,
    delete,
    experiment,
    experiments,
    file,
    new,
    reference,
)

urlpatterns = [
    path("", experiments, name="experiments"),
    path("new/", new, name="experiment-new"),
    path("<int:number>/", experiment, name="experiment"),
    path("<int:number>/analyse/", analyse, name="experiment-analyse"),
    path("<int:number>/again/", again, name="experiment-again"),
    path("<int:number>/access/", access, name="experiment-access"),
    path("<int:number>/reference/", reference, name="experiment-reference"),
    path("<int:number>/delete/", delete, name="experiment-delete"),
    path("<int:number>/<str:name>", file, name="experiment-file"),
]
