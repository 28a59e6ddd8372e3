from telads.web.api.kept import Content, Kept


def test_a_content_is_made_once() -> None:
    kept, made = Kept(100), []

    def make() -> Content:
        made.append(1)
        return Content(b"x" * 10, {})

    assert kept.get("a", make) is kept.get("a", make)
    assert len(made) == 1


def test_the_oldest_go_first_and_the_bound_holds() -> None:
    kept = Kept(100)
    for key in "abcdefghijkl":
        kept.get("a", lambda: Content(b"a" * 30, {}))
        kept.get(key, lambda: Content(b"x" * 30, {}))
        assert kept.bytes <= 100
    assert kept.get("a", lambda: Content(b"", {})).body == b"a" * 30
    assert kept.get("b", lambda: Content(b"new", {})).body == b"new"


def test_what_is_too_large_is_not_kept() -> None:
    kept = Kept(100)
    kept.get("a", lambda: Content(b"small", {}))
    assert kept.get("b", lambda: Content(b"x" * 101, {})).body == b"x" * 101
    assert kept.bytes == len(b"small")
