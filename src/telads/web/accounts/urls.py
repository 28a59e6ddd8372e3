"""Addresses under /account/."""

from django.urls import path

from telads.web.accounts.views import Password, SignIn, SignOut, log

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", SignOut.as_view(), name="sign-out"),
    path("password/", Password.as_view(), name="password"),
    path("log/", log, name="audit-log"),
]
