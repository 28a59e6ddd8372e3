"""Errors as every door relies on them."""

from __future__ import annotations

import pickle
from pathlib import Path

from telads.errors import DataError, TeladsError
from telads.language import Text


def test_an_error_comes_back_whole_from_another_process() -> None:
    error = DataError(Text("틀림", "wrong"), Text("고치세요", "mend it"), file=Path("x"), row=3)
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, DataError)
    assert again.problem("ko") == error.problem("ko")
    assert pickle.loads(pickle.dumps(TeladsError(Text("가", "a")))).advice is None
