"""URLs under /plans/."""

from django.urls import path

from telads.web.plans.files import file
from telads.web.plans.views import (
    access,
    archive,
    compare,
    compare_file,
    compare_share,
    delete,
    edit,
    new,
    of_all,
    plan,
    plans,
    revoke,
    share,
    shared,
    shared_file,
)

urlpatterns = [
    path("", plans, name="plans"),
    path("new/", new, name="plan-new"),
    path("all/", of_all, name="plans-of-all"),
    path("shared/<str:token>/", shared, name="plan-shared"),
    path("shared/<str:token>/<str:name>", shared_file, name="plan-shared-file"),
    path("<int:number>/", plan, name="plan"),
    path("<int:number>/edit/", edit, name="plan-edit"),
    path("<int:number>/archive/", archive, name="plan-archive"),
    path("<int:number>/delete/", delete, name="plan-delete"),
    path("<int:number>/access/", access, name="plan-access"),
    path("<int:number>/links/<int:link>/revoke/", revoke, name="plan-revoke"),
    path("<int:number>/versions/<int:version>/", plan, name="plan-version"),
    path("<int:number>/versions/<int:version>/compare/", compare, name="plan-compare"),
    path(
        "<int:number>/versions/<int:version>/compare/share/",
        compare_share,
        name="plan-compare-share",
    ),
    path(
        "<int:number>/versions/<int:version>/compare/<str:name>",
        compare_file,
        name="plan-compare-file",
    ),
    path("<int:number>/versions/<int:version>/share/", share, name="plan-share"),
    path("<int:number>/versions/<int:version>/<str:name>", file, name="plan-file"),
]
