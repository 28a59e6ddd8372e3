"""Addresses under /data/: the page, its files, and the program that brings charts to life."""

from django.urls import path

from telads.web.pages.data.files import people, picture, program
from telads.web.pages.data.view import data

urlpatterns = [
    path("", data, name="data"),
    path("people.<slug:kind>", people, name="people-file"),
    path("vega-embed-<str:release>.js", program, name="vega-embed"),
    path("<slug:chart>.<slug:kind>", picture, name="picture-file"),
]
