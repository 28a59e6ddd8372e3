"""URLs under /media/."""

from django.urls import path

from telads.web.media.views import media, medium, remove

urlpatterns = [
    path("", media, name="media"),
    path("<int:number>/", medium, name="medium"),
    path("<int:number>/remove/", remove, name="medium-remove"),
]
