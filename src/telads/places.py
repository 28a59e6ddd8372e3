"""The districts of Seoul: codes of the census, Korean and English names."""

from __future__ import annotations

from collections.abc import Iterable

from telads.errors import UnknownChoice, choose
from telads.text import Lang, Text, typed

DISTRICTS: dict[str, Text] = {
    "11010": Text("종로구", "Jongno-gu"),
    "11020": Text("중구", "Jung-gu"),
    "11030": Text("용산구", "Yongsan-gu"),
    "11040": Text("성동구", "Seongdong-gu"),
    "11050": Text("광진구", "Gwangjin-gu"),
    "11060": Text("동대문구", "Dongdaemun-gu"),
    "11070": Text("중랑구", "Jungnang-gu"),
    "11080": Text("성북구", "Seongbuk-gu"),
    "11090": Text("강북구", "Gangbuk-gu"),
    "11100": Text("도봉구", "Dobong-gu"),
    "11110": Text("노원구", "Nowon-gu"),
    "11120": Text("은평구", "Eunpyeong-gu"),
    "11130": Text("서대문구", "Seodaemun-gu"),
    "11140": Text("마포구", "Mapo-gu"),
    "11150": Text("양천구", "Yangcheon-gu"),
    "11160": Text("강서구", "Gangseo-gu"),
    "11170": Text("구로구", "Guro-gu"),
    "11180": Text("금천구", "Geumcheon-gu"),
    "11190": Text("영등포구", "Yeongdeungpo-gu"),
    "11200": Text("동작구", "Dongjak-gu"),
    "11210": Text("관악구", "Gwanak-gu"),
    "11220": Text("서초구", "Seocho-gu"),
    "11230": Text("강남구", "Gangnam-gu"),
    "11240": Text("송파구", "Songpa-gu"),
    "11250": Text("강동구", "Gangdong-gu"),
}
"""Five-digit code of the statistics office -> names."""

_ENGLISH = {text.ko: text.en for text in DISTRICTS.values()}


def district_name(district: str, lang: Lang) -> str:
    """The district's name in the language; one without an English name keeps its own."""
    return district if lang == "ko" else _ENGLISH.get(district, district)


def find_district(name: str, known: Iterable[str]) -> str:
    """The Korean name of a district among `known`, asked for in either language.

    `Gangnam`, `gangnam-gu` and `강남` all find `강남구`; raises `UnknownChoice` for the rest.
    """
    known = tuple(known)
    wanted = _plain(name)
    for district in known:
        if wanted in {_plain(district), _plain(_ENGLISH.get(district, district))}:
            return district
    raise UnknownChoice(
        Text("그런 자치구는 없습니다.", "There is no such district."),
        choose(name, (Text(one, district_name(one, "en")) for one in known)),
        value=name,
    )


def _plain(name: str) -> str:
    plain = typed(name).replace(" ", "").replace("-", "")
    stem = plain.removesuffix("구").removesuffix("gu")
    # 중구 / Jung-gu: one syllable is not enough of a name to be asked without its suffix.
    return stem if len(stem) > 1 else plain
