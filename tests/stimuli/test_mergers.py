"""Mergers: the vectorised rules against rules applied by hand, phone by phone, and the rules of both languages."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from babyslm.stimuli.phones.mergers import Homophones, Merger, Mergers
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.stimuli.words.phonotactics import Alphabet
from babyslm.verify.stimuli.lexicon import MergerPhoneError

CONSONANTS = ("p", "t", "r")
VOWELS = ("a", "e", "i")
PHONES = (*CONSONANTS, *VOWELS)


def naive(string: str, rules: list[Merger]) -> str:
    """Walk through the phones for each rule, and copy what it does not concern."""
    phones = string.split()
    for rule in rules:
        new = rule.phones[0].split()
        for sequence in rule.phones[1:]:
            old, out, place = sequence.split(), [], 0
            while place < len(phones):
                end = place + len(old)
                if phones[place:end] == old and _applies(rule, phones, place, end):
                    out += new
                    place = end
                else:
                    out.append(phones[place])
                    place += 1
            phones = out
    return " ".join(phones)


def _applies(rule: Merger, phones: list[str], start: int, end: int) -> bool:
    def fits(symbol: str, context: list[str]) -> bool:
        kind = "#" if symbol == "#" else "V" if symbol in VOWELS else "C"
        return not context or symbol in context or kind in context

    following = phones[end] if end < len(phones) else "#"
    preceding = phones[start - 1] if start else "#"
    if not fits(following, rule.before) or not fits(preceding, rule.after):
        return False
    match rule.where:
        case "polysyllables":
            return sum(phone in VOWELS for phone in phones) > 1
        case "open or unstressed":
            return any(phone in VOWELS for phone in phones[start + 1 :]) or start + 1 == len(phones)
        case _:
            return True


SEQUENCES = st.lists(st.sampled_from(PHONES), min_size=1, max_size=2, unique=True).map(" ".join)
CONTEXTS = st.lists(st.sampled_from([*PHONES, "V", "C", "#"]), max_size=2)


@st.composite
def rules(draw: st.DrawFn) -> Merger:
    first = draw(st.one_of(st.just(""), st.sampled_from(PHONES)))
    others = draw(st.lists(SEQUENCES, min_size=1, max_size=2))
    where = draw(st.sampled_from(["anywhere", "polysyllables", "open or unstressed"]))
    return Merger(phones=[first, *others], before=draw(CONTEXTS), after=draw(CONTEXTS), where=where)


@settings(max_examples=300, deadline=None)
@given(st.lists(rules(), max_size=3), st.lists(st.lists(st.sampled_from(PHONES), min_size=1, max_size=6), min_size=1))
def test_the_rules_do_what_they_do_by_hand(chosen: list[Merger], words: list[list[str]]) -> None:
    mergers = Mergers(Alphabet(PHONES), frozenset(VOWELS), tuple(chosen))
    strings = [" ".join(word) for word in words]
    expected = [naive(string, chosen) for string in strings]
    assert [mergers.merged(string) for string in strings] == expected
    keys = mergers.keys_of(strings).tolist()
    for key, form in zip(keys, expected, strict=True):
        assert [each == key for each in keys] == [each == form for each in expected]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "k ɑ t", "k ɔ t"),
        ("en", "p ɹ ɑ b l ə m z", "p ɹ ɑ b l ʌ m z"),
        ("en", "ɹ æ b ɪ t", "ɹ æ b ə t"),
        ("en", "b ə ɹ d", "b ɜː d"),
        ("en", "m ɛ ɹ iː", "m eɪ ɹ iː"),
        ("en", "h ɔ ɹ s", "h oʊ ɹ s"),
        ("en", "h æ p iː", "h æ p ɪ"),
        ("en", "b æ n k", "b æ ŋ k"),
        ("fr", "p ɔ ʁ t", "p ɔ ʁ t ə"),
        ("fr", "m ɛ z ɔ̃", "m e z ɔ̃"),
        ("fr", "l ɛ", "l e"),
        ("fr", "m o t œ ʁ", "m ɔ t œ ʁ"),
        ("fr", "b ʁ ɛ̃", "b ʁ œ̃"),
        ("fr", "l j ɔ̃", "l i ɔ̃"),
    ],
)
def test_what_is_not_heard_reliably_is_one_word(language: str, one: str, other: str) -> None:
    mergers = load_phone_set(language).mergers
    assert mergers.merged(one) == mergers.merged(other)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "b ɪ t", "b ʌ t"),
        ("en", "k ɑ ɹ", "k ɔ ɹ"),
        ("en", "b ɪ t", "b iː t"),
        ("en", "b ɛ d", "b æ d"),
        ("en", "f uː d", "f ʊ d"),
        ("fr", "s o t", "s ɔ t"),
        ("fr", "ʒ œ n", "ʒ ø n"),
        ("fr", "l a", "l ə"),
        ("fr", "v u", "v y"),
    ],
)
def test_what_is_heard_stays_apart(language: str, one: str, other: str) -> None:
    mergers = load_phone_set(language).mergers
    assert mergers.merged(one) != mergers.merged(other)


def test_homophones_are_found_joined_and_taken_out() -> None:
    mergers = Mergers(Alphabet(PHONES), frozenset(VOWELS), (Merger(phones=["a", "e"]),))
    some = Homophones.of(["p a t", "t i", "x a"], mergers)
    codes = Alphabet(PHONES).encode

    def found(words: Homophones, string: str) -> bool:
        return bool(words.contain(codes(string)[None])[0])

    assert found(some, "p e t")
    assert not found(some, "p i t")
    assert not found(some, "t a")
    more = some.joined(Homophones.of(["t a"], mergers))
    assert found(more, "t e")
    less = more.without(Homophones.of(["p e t"], mergers))
    assert not found(less, "p a t")
    assert found(less, "t i")
    assert not found(Homophones.of([], mergers), "t i")


@pytest.mark.parametrize(
    ("phones", "reason"),
    [
        (["a", ""], "only the first of the phones may be empty"),
        (["a e", "a"], "put the shortest sequence first"),
        (["a", "t a t"], "begins and ends with one phone"),
        (["a"], "at least 2 items"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused(phones: list[str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Merger(phones=phones)


def test_a_rule_with_a_phone_that_is_not_in_the_inventory_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "datasets" / "phones"
    folder.mkdir(parents=True)
    (folder / "xx.yaml").write_text(
        "language: xx\nespeak: es\nletters: a\ninventory:\n  a: {class: vowel}\nespeak_folding: {}\n"
        "mergers:\n  - {phones: [a, ø]}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("BABYSLM_CONTENT", str(tmp_path))
    with pytest.raises(MergerPhoneError, match="'ø' in the rule of 'a', 'ø' is not in the inventory"):
        load_phone_set("xx")
