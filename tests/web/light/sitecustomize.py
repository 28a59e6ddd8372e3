"""What a server under test starts with: few rounds of hashing, which took most of its sign-ins."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

PBKDF2PasswordHasher.iterations = 1000
