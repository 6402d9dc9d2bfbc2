"""Sizes and dotted versions: GB is not GiB, and what is neither is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.quantities import format_size, parse_dotted, parse_size

LARGEST = 2**63 - 1

SIZES = {
    "0": 0,
    "1": 1,
    "1b": 1,
    "1kB": 1_000,
    "1MB": 1_000_000,
    "1GB": 1_000_000_000,
    "1TB": 1_000_000_000_000,
    "1KiB": 1_024,
    "1MiB": 1_048_576,
    "1GiB": 1_073_741_824,
    "1TiB": 1_099_511_627_776,
    "24GB": 24_000_000_000,
    "24GiB": 25_769_803_776,
    "24564MiB": 25_757_220_864,
    "6.4GB": 6_400_000_000,
    "0.5KiB": 512,
    "1.5": 1,
    "0.1234567891kB".replace("1kB", "kB"): 123,
    "4000000000": 4_000_000_000,
    " 5 gb ": 5_000_000_000,
    "5\tMIB": 5_242_880,
    "9223372036854.775807MB": LARGEST,
    "999999999999999": 999_999_999_999_999,
}
NO_SIZES = [
    "",
    " ",
    "GB",
    "-1",
    "-1GB",
    "+1GB",
    "1e9",
    "1_000",
    "1,5GB",
    ".5GB",
    "5.GB",
    "1.1.1",
    "1XB",
    "1PB",
    "1 G B",
    "1GBs",
    "1GB 1MB",
    "inf",
    "nan",
    "None",
    "\u0661GB",
    "\u00b2",
    "1\u212bB",
    "1000000000000000",
    "1.1234567890",
    "9223372036854.775808MB",
    "999999999999999TB",
    "8388608TiB",
]


@pytest.mark.parametrize(("text", "size"), SIZES.items())
def test_a_size_is_read_in_bytes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", NO_SIZES, ids=ascii)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a size|is larger than any machine"):
        parse_size(text)


def test_a_24_gb_card_fits_24_gb_and_not_24_gib() -> None:
    card = parse_size("24564MiB")
    assert parse_size("24GB") <= card < parse_size("24GiB")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (1_004, "1 kB"),
        (1_005, "1 kB"),
        (1_006, "1.01 kB"),
        (1_100, "1.1 kB"),
        (9_994, "9.99 kB"),
        (9_996, "10 kB"),
        (10_040, "10 kB"),
        (12_340, "12.3 kB"),
        (99_940, "99.9 kB"),
        (99_960, "100 kB"),
        (123_456, "123 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (486_000_000, "486 MB"),
        (3_090_000_000, "3.09 GB"),
        (480_000_000_000, "480 GB"),
        (999_500_000_000, "1 TB"),
        (1_230_000_000_000_000, "1230 TB"),
    ],
)
def test_a_size_is_shown_with_three_digits(size: int, text: str) -> None:
    assert format_size(size) == text


@settings(deadline=None)
@given(st.integers(0, 10**18))
def test_a_shown_size_is_never_off_by_more_than_half_a_percent(size: int) -> None:
    assert abs(parse_size(format_size(size)) - size) <= size / 200


@settings(deadline=None)
@given(st.integers(0, 10**15 - 1), st.sampled_from(["", "B", "kB", "MiB", "gb", "TiB"]))
def test_every_size_is_read_or_refused_as_too_large(number: int, unit: str) -> None:
    factor = {"": 1, "B": 1, "kB": 10**3, "MiB": 2**20, "gb": 10**9, "TiB": 2**40}[unit]
    if number * factor <= LARGEST:
        assert parse_size(f"{number}{unit}") == number * factor
    else:
        with pytest.raises(ValueError, match="larger than any machine"):
            parse_size(f"{number}{unit}")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12", (12,)),
        ("12.0", (12,)),
        ("12.0.0.0", (12,)),
        ("12.8", (12, 8)),
        ("8.6", (8, 6)),
        ("0", (0,)),
        ("0.0", (0,)),
        ("0.1", (0, 1)),
        ("1.0.1", (1, 0, 1)),
        ("999999.999999", (999_999, 999_999)),
        ("007", (7,)),
    ],
)
def test_a_dotted_version_is_read_without_its_trailing_zeros(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_dotted(text) == numbers


@pytest.mark.parametrize(
    "text",
    ["", ".", "1.", ".1", "1..2", "1.2.3.4.5", "1234567", "v1", "1a", "-1", " 1", "1\n", "\u0661", "1.x", "inf"],
    ids=ascii,
)
def test_what_is_no_dotted_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        parse_dotted(text)


def test_versions_compare_by_number_and_not_by_text() -> None:
    assert parse_dotted("12.10") > parse_dotted("12.8") > parse_dotted("12") > parse_dotted("9.9")
