"""URLs under /account/."""

from django.urls import path

from telads.web.accounts import views
from telads.web.accounts.people import ChoosePassword
from telads.web.accounts.views import Password, SignIn, SignOut, log, single_sign_on

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", SignOut.as_view(), name="sign-out"),
    path("sso/", single_sign_on, name="single-sign-on"),
    path("password/", Password.as_view(), name="password"),
    path("choose/<uidb64>/<token>/", ChoosePassword.as_view(), name="choose-password"),
    path("log/", log, name="audit-log"),
    path("users/", views.users, name="users"),
    path("users/addresses/unlock/", views.unlock_addresses, name="addresses-unlock"),
    path("users/<int:number>/", views.person, name="person"),
    path("users/<int:number>/link/", views.link, name="person-link"),
    path("users/<int:number>/role/", views.set_role, name="person-role"),
    *(
        path(f"users/<int:number>/{what}/", views.change, {"what": what}, name=f"person-{what}")
        for what in ("disable", "enable", "unlock")
    ),
]
