"""Words said alone: each sound of the lexicon once a time."""

from babyslm.corpora.made.words_alone import words_alone
from babyslm.stimuli.words.lexicon import load_lexicon


def test_each_sound_of_the_lexicon_is_said_alone_as_often_as_asked() -> None:
    lexicon = load_lexicon(language="en").up_to("12-18")
    said = words_alone(lexicon, times=3).utterances
    assert set(said["phones"]) == set(lexicon.entries["phones"])
    assert (said["phones"].value_counts() == 3).all()
    assert said["text"].notna().all()
    assert not said["phones"].str.contains("|", regex=False).any()
