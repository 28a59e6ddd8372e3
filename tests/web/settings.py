"""Settings of the website in tests: the product's own, on a workspace of the test run."""

import atexit
import os
import shutil
import tempfile

if "TELADS_WORKSPACE" not in os.environ:  # a process that a test starts has its parent's
    os.environ["TELADS_WORKSPACE"] = tempfile.mkdtemp(prefix="telads-web-")
    atexit.register(shutil.rmtree, os.environ["TELADS_WORKSPACE"], ignore_errors=True)

from telads.web.settings import *  # noqa: F403 - the workspace has to be known first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
FILES_BESIDE = False  # a process more, and what tests replace would not be replaced in it
if "sqlite" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    # pytest-django knows Django's own engine by name alone: with ours it would name a file.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405
