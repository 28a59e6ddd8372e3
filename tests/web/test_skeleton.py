from django.test import Client


def test_home(site: Client) -> None:
    assert site.get("/").status_code == 200
