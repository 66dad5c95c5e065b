"""Names, and the nearest known one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.values.ids import did_you_mean, is_id, listed, suggest


@pytest.mark.parametrize("name", ["h100", "lumen-order-7", "b1", "1", "GB200", "a.b_c"])
def test_a_name_is_letters_digits_and_three_marks(name: str) -> None:
    assert is_id(name)


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "é", ".x", "a\n"])
def test_what_could_be_misread_is_no_name(name: str) -> None:
    assert not is_id(name)


def test_names_are_listed_as_a_sentence_has_them_each_once() -> None:
    assert [listed(names) for names in ("", "a", "ab", "abc", "aba")] == ["", "a", "a and b", "a, b and c", "a and b"]


def test_a_misspelt_word_brings_the_nearest_known_one() -> None:
    assert suggest("reservaton", ["price", "reservation"]) == "reservation"
    assert suggest("H100", ["h100", "h200"]) == "h100"
    assert did_you_mean("program", ["programme"]) == "; did you mean 'programme'?"


def test_a_word_far_from_all_brings_none() -> None:
    assert suggest("zzz", ["price", "reservation"]) is None
    assert did_you_mean("zzz", []) == ""


@given(st.sampled_from(["price", "lease", "commitment"]))
def test_a_known_word_suggests_itself(word: str) -> None:
    assert suggest(word, ["price", "lease", "commitment"]) == word
