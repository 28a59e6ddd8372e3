"""URLs under /customers/."""

from django.urls import path

from telads.web.pages.customers.files import file
from telads.web.pages.customers.views import customers

urlpatterns = [
    path("", customers, name="customers"),
    path("<str:name>", file, name="customers-file"),
]
