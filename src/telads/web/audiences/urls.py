"""URLs under /audiences/saved/."""

from django.urls import path

from telads.web.audiences.views import access, compare, delete, new, rename, saved, shown

urlpatterns = [
    path("", saved, name="audiences-saved"),
    path("new/", new, name="audience-new"),
    path("compare/", compare, name="audience-compare"),
    path("<int:number>/", shown, name="audience"),
    path("<int:number>/rename/", rename, name="audience-rename"),
    path("<int:number>/access/", access, name="audience-access"),
    path("<int:number>/delete/", delete, name="audience-delete"),
]
