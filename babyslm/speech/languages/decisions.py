"""What a person has to decide about a drafted language, as sentences."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from babyslm.speech.languages.draft import Draft
from babyslm.speech.languages.transcription import is_vowel
from babyslm.verify.errors import first_of

__all__ = ["Change", "decisions"]

RARE = 3
"""A phone that occurs less often than this is asked about."""

ALLOPHONES = (
    ("b", "β"),
    ("d", "ð"),
    ("ɡ", "ɣ"),
    ("n", "ŋ"),
    ("m", "ɱ"),
    ("s", "z"),
    ("x", "ç"),
    ("r", "ɾ"),
    ("l", "ɫ"),
    ("v", "ʋ"),
    ("u", "w"),
    ("u", "ʊ"),
    ("i", "j"),
    ("i", "ɪ"),
    ("e", "ɛ"),
    ("o", "ɔ"),
    ("a", "ɐ"),
    ("ə", "ɜ"),
)
"""Symbols that are often one phone of a language."""


ALWAYS = (
    "Regular endings: name the phones of endings (plural, third person) as `endings` in the phone card.",
    "Elision: if words are written with a short one before them (l'acqua), name the pattern cut off as `elided`.",
    (
        "Mergers: list phones that listeners do not tell apart reliably as `mergers` in the phone card, such as "
        "`mergers: [{phones: [ɔ, o]}]`; no non-word then differs from a word by them alone."
    ),
    "Voices: the eight drafted voices differ in pitch and vocal tract; listen to them and change what you like.",
)
"""What no list of words decides."""

Change = tuple[tuple[str, ...], tuple[str, ...]]
"""Phones asked for, and phones spoken."""


def decisions(draft: Draft, misheard: Mapping[str, Change]) -> list[str]:
    """List what the words do not decide, most important first.

    :param draft: the draft.
    :param misheard: word -> what the synthesiser was asked for, and what it spoke instead.
    """
    return [
        *_misheard(misheard),
        *_allophones(draft),
        *_rare(draft),
        *_compounds(draft),
        *_foreign(draft),
        _stress(draft),
        f"Taboo words: write the words that no stimulus may sound like into lexicons/taboo-{draft.language}.txt.",
        *ALWAYS,
    ]


def _misheard(misheard: Mapping[str, Change]) -> Iterator[str]:
    """Tell which phones the synthesiser changes, the commonest first, and which words it changes otherwise."""
    changed: dict[tuple[str, str], list[str]] = {}
    otherwise = []
    for word, (asked, told) in sorted(misheard.items()):
        pairs = [pair for pair in zip(asked, told, strict=False) if pair[0] != pair[1]]
        if len(asked) != len(told):
            otherwise.append(f"{word} ({' '.join(asked)} spoken as {' '.join(told)})")
            continue
        for pair in pairs:
            changed.setdefault(pair, []).append(word)
    for (phone, spoken), words in sorted(changed.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        long = phone.removesuffix("ː") == spoken and not is_vowel(phone)
        folded = f"`{phone}: {spoken}`" + (f", or `{phone}: {spoken} {spoken}` for a long consonant" if long else "")
        yield (
            f"Read-back: {phone} is spoken as {spoken} in {len(words)} word(s): {first_of(words)}. Write {folded} "
            f"under `espeak_folding` and remove {phone} from the inventory and from `mnemonics`, or ask for {phone} "
            "by another mnemonic `before` its neighbour; otherwise these words cannot be built."
        )
    if otherwise:
        yield (
            f"Read-back: {len(otherwise)} word(s) are spoken with other phones: {first_of(otherwise)}. Remove them, "
            "or set their phones under `words` in the phone card."
        )


def _allophones(draft: Draft) -> Iterator[str]:
    neighbours = _neighbours(draft)
    for one, other in ALLOPHONES:
        for mark in ("", "ː"):
            a, b = one + mark, other + mark
            if a in draft.counts and b in draft.counts:
                shared = [f"{x or '#'}_{y or '#'}" for x, y in sorted(neighbours[a] & neighbours[b])]
                told = (
                    f"{len(shared)} times between the same neighbours ({first_of(shared)}), which speaks for two"
                    if shared
                    else "never between the same neighbours, which speaks for one phone"
                )
                yield (
                    f"{a} and {b}: {draft.counts[a]} and {draft.counts[b]} occurrences, {told}. "
                    f"If they are one phone, {_fold(draft, b, a)}."
                )
    for phone in draft.counts:
        short = phone.removesuffix("ː")
        if short != phone and short in draft.counts and is_vowel(phone):
            yield f"{phone} and {short}: if length distinguishes no words, {_fold(draft, phone, short)}."


def _fold(draft: Draft, phone: str, into: str) -> str:
    """Say how a phone is folded into another one."""
    name = f'"{draft.mnemonics[phone]}"'
    return (
        f"write `{phone}: {into}` under `espeak_folding`, remove {phone} from the inventory and from `mnemonics`, and "
        f"write `{name}: {into}` under `allophones`"
    )


def _neighbours(draft: Draft) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {phone: set() for phone in draft.counts}
    for word in draft.words:
        padded = ["", *draft.phones(word), ""]
        for (before, phone), (_, after) in zip(pairwise(padded[:-1]), pairwise(padded[1:]), strict=True):
            if phone in found:
                found[phone].add((before, after))
    return found


def _rare(draft: Draft) -> Iterator[str]:
    rare = [phone for phone, count in draft.counts.items() if count < RARE]
    for phone in rare:
        words = [word.word for word in draft.words if phone in draft.phones(word)]
        yield (
            f"{phone} occurs in {first_of(words)} only. Fold it to a commoner phone, remove these words, or add more "
            "words that have it: a rare phone gives no non-words."
        )


def _compounds(draft: Draft) -> Iterator[str]:
    """Symbols of two sounds: diphthongs, affricates and long consonants."""
    diphthongs = [phone for phone in draft.counts if sum(is_vowel(sign) for sign in phone) > 1]
    affricates = [phone for phone in draft.counts if not is_vowel(phone) and len(phone.strip("ːʰʲ")) > 1]
    long = [phone for phone in draft.counts if not is_vowel(phone) and phone.endswith("ː")]
    kinds: Sequence[tuple[str, list[str], str]] = (
        ("diphthongs", diphthongs, "a vowel and a glide"),
        ("affricates", affricates, "two consonants"),
        ("long consonants", long, "two consonants"),
    )
    for name, phones, parts in kinds:
        if phones:
            yield (
                f"{' '.join(phones)}: {name} are one phone each in this draft. If they are {parts}, write them so "
                "under `espeak_folding` (such as `aɪ: a j`) and remove them from the inventory and from `mnemonics`."
            )


def _foreign(draft: Draft) -> Iterator[str]:
    foreign = [word.word for word in draft.words if word.foreign]
    if foreign:
        yield (
            f"Foreign words: espeak-ng pronounces {first_of(foreign)} by the rules of another language. Remove them, "
            "or set their phones under `words` in the phone card."
        )


def _stress(draft: Draft) -> str:
    shares = Counter({place: round(100 * share) for place, share in draft.stressed.items()})
    told = ", ".join(f"{place} {share} %" for place, share in shares.most_common())
    return (
        f"Stress: every word and non-word is stressed on its {draft.stress} vowel. Of the words of two vowels or more "
        f"espeak-ng stresses: {told} (in words of two vowels the first is the penultimate as well)."
    )
