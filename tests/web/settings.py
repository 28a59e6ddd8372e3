"""Settings of the website in tests: the product's own, on a workspace of the test run."""

import os
import tempfile

os.environ.setdefault("TELADS_WORKSPACE", tempfile.mkdtemp(prefix="telads-web-"))

from telads.web.settings import *  # noqa: F403 - the workspace has to be known first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
