"""Addresses under /data/: the page, its files, and the program that brings charts to life."""

from django.urls import path

from telads.web.pages.data.files import DESCRIBED, people, picture, program
from telads.web.pages.data.view import data

urlpatterns = [
    path("", data, name="data"),
    path(f"people.{DESCRIBED}", people, {"kind": DESCRIBED}, name="people-described"),
    path("people.<slug:kind>", people, name="people-file"),
    path("vega-embed-<str:release>.js", program, name="vega-embed"),
    path(f"<slug:chart>.{DESCRIBED}", picture, {"kind": DESCRIBED}, name="picture-described"),
    path("<slug:chart>.<slug:kind>", picture, name="picture-file"),
]
