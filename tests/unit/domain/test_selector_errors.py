"""What is no selector is refused where it stands, with a suggestion."""

from typing import Any

import pytest

from resolver.domain.selector import DEEPEST, SelectorError, parse_selector

WRONG: list[tuple[Any, tuple[str | int, ...], str, str | None]] = [
    ({"gpu": "cuda"}, ("gpu",), "unknown selector key 'gpu'", None),
    ({"vramm": ">=8GB"}, ("vramm",), "unknown selector key 'vramm'", "did you mean 'vram'?"),
    ({"accelerater": "cuda"}, ("accelerater",), "unknown selector key", "did you mean 'accelerator'?"),
    ({"OS": "linux"}, ("OS",), "unknown selector key 'OS'", "did you mean 'os'?"),
    ({"nott": {"os": "linux"}}, ("nott",), "unknown selector key", "did you mean 'not'?"),
    ({"anyy": []}, ("anyy",), "unknown selector key", "did you mean 'any'?"),
    ({"os": "linus"}, ("os",), "'os' cannot be 'linus'", "did you mean 'linux'?"),
    ({"os": ""}, ("os",), "'os' cannot be ''", "known: darwin, linux, windows"),
    ({"os": ">=linux"}, ("os",), "'os' cannot be '>=linux'", "did you mean 'linux'?"),
    ({"os": True}, ("os",), "'os' cannot be 'True'", None),
    ({"arch": ["arm64", "amd64"]}, ("arch", 1), "'arch' cannot be 'amd64'", "did you mean 'arm64'?"),
    ({"accelerator": None}, ("accelerator",), "'accelerator' cannot be 'None'", "did you mean 'none'?"),
    ({"os": []}, ("os",), "not empty", None),
    ({"os": {"not": "linux"}}, ("os",), "takes a word", "nest with 'any' and 'not' only"),
    ({"vram": {">=": "8GB"}}, ("vram",), "takes a word", "nest with 'any' and 'not' only"),
    ({"vram": ">=8XB"}, ("vram",), "'vram': '8XB' is not a size", 'compare like ">=8GB,<24GB" or ">=7.0"'),
    ({"vram": "=8GB"}, ("vram",), "'=8GB' is not a comparison", None),
    ({"vram": "~=8GB"}, ("vram",), "'~=8GB' is not a comparison", None),
    ({"vram": "=>8GB"}, ("vram",), "'=>8GB' is not a comparison", None),
    ({"vram": ">>8GB"}, ("vram",), "is not a comparison", None),
    ({"vram": ">=8GB,"}, ("vram",), "'' is not a comparison", None),
    ({"vram": ">=8GB,24GB"}, ("vram",), "'24GB' is not a comparison", None),
    ({"vram": ">=8GB and <24GB"}, ("vram",), "is not a comparison", None),
    ({"vram": "8GB,16GB"}, ("vram",), "is not a size", None),
    ({"vram": ""}, ("vram",), "is not a size", None),
    ({"vram": ">="}, ("vram",), "is not a comparison", None),
    ({"ram": [">=8GB", "x"]}, ("ram", 1), "'x' is not a size", None),
    ({"ram": float("inf")}, ("ram",), "'inf' is not a size", None),
    ({"cuda": ">=12.x"}, ("cuda",), "'12.x' is not a version", None),
    ({"cuda": "v12"}, ("cuda",), "is not a version", None),
    ({"cores": "8GB"}, ("cores",), "'8GB' is not a count", None),
    ({"cores": "1.5"}, ("cores",), "is not a count", None),
    ({"cores": "-1"}, ("cores",), "is not a count", None),
    ({"cores": "1000000"}, ("cores",), "is not a count", None),
    ({"cores": "\u0662"}, ("cores",), "is not a count", None),
    ({"cores": "\u00b2"}, ("cores",), "is not a count", None),
    ({"cores": True}, ("cores",), "is not a count", None),
    ({"not": "linux"}, ("not",), "'not' takes a mapping of facts", None),
    ({"not": {}}, ("not",), "'not' takes a mapping of facts", None),
    ({"not": [{"os": "linux"}]}, ("not",), "'not' takes a mapping of facts", None),
    ({"any": {"os": "linux"}}, ("any",), "'any' takes a list", None),
    ({"any": "linux"}, ("any",), "'any' takes a list", None),
    ({"any": []}, ("any",), "'any' takes a list", None),
    ({"any": ["linux"]}, ("any", 0), "each alternative of 'any'", None),
    ({"any": [{"os": "linux"}, {}]}, ("any", 1), "each alternative of 'any'", None),
    ({"any": [{"os": "linux"}, {"not": {"cuda": "x"}}]}, ("any", 1, "not", "cuda"), "is not a version", None),
]


@pytest.mark.parametrize(("written", "path", "message", "hint"), WRONG, ids=[ascii(one[0]) for one in WRONG])
def test_a_wrong_selector_is_refused_where_it_is_wrong(
    written: dict[str, object], path: tuple[str | int, ...], message: str, hint: str | None
) -> None:
    with pytest.raises(SelectorError) as caught:
        parse_selector(written)
    assert message in caught.value.message
    assert caught.value.path == path
    assert hint in (None, caught.value.hint)
    assert str(caught.value) == caught.value.message


def test_the_place_begins_where_the_caller_says() -> None:
    with pytest.raises(SelectorError) as caught:
        parse_selector({"gpu": "x"}, ("models", "asr", "when"))
    assert caught.value.path == ("models", "asr", "when", "gpu")


def test_the_largest_count_has_six_digits() -> None:
    parse_selector({"cores": "999999"})


def nested(depth: int) -> dict[str, object]:
    written: dict[str, object] = {"os": "linux"}
    for _ in range(depth):
        written = {"any": [written]}
    return written


def test_alternatives_nest_eight_deep_and_no_deeper() -> None:
    parse_selector(nested(DEEPEST))
    with pytest.raises(SelectorError, match="nested deeper than 8"):
        parse_selector(nested(DEEPEST + 1))


def test_a_bomb_of_nesting_is_refused_like_any_other() -> None:
    with pytest.raises(SelectorError, match="nested deeper than 8"):
        parse_selector(nested(100_000))
