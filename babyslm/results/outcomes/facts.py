"""Facts about a learner that reports need, read from the free-form description of a result.

Recognised in the description of a model, or in its `settings`: `modality`, `revision`, and `training`, a mapping with
any of `tokens`, `words`, `hours` (numbers) and `condition` (text). Recognised in the settings of an evaluation:
`condition` (text), `snr` (dB), and `heard`: what of a lexical table occurs in the training corpus, as
`babyslm.evaluation.heard` counts it.
"""

from collections.abc import Mapping
from typing import Any, Literal

from babyslm.results.outcomes.outcome import Outcome

__all__ = [
    "AMOUNTS",
    "Amount",
    "amount_text",
    "condition",
    "condition_text",
    "heard_text",
    "modality",
    "revision",
    "snr",
    "snr_text",
    "training_amount",
    "training_amounts",
    "training_condition",
    "training_text",
]

Amount = Literal["hours", "tokens", "words"]
AMOUNTS: tuple[Amount, ...] = ("hours", "tokens", "words")


def modality(result: Outcome) -> str | None:
    """Return the modality of the learner: orthographic, phonemic or spoken."""
    return _text(_find(result, "modality"))


def revision(result: Outcome) -> str | None:
    """Return the training checkpoint that was evaluated."""
    return _text(_find(result, "revision"))


def training_amounts(result: Outcome) -> dict[Amount, float]:
    """Return the amount of training data in every unit that is recorded."""
    training = _find(result, "training")
    found: dict[Amount, float] = {}
    for unit in AMOUNTS:
        value = training.get(unit) if isinstance(training, Mapping) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            found[unit] = float(value)
    return found


def training_amount(result: Outcome) -> tuple[Amount, float] | None:
    """Return the amount of training data in the first unit that is recorded: hours, tokens or words."""
    return next(iter(training_amounts(result).items()), None)


def amount_text(result: Outcome) -> str | None:
    """Return the amount of training data as text, such as 4 hours."""
    amount = training_amount(result)
    return f"{amount[1]:,.6g} {amount[0]}" if amount else None


def training_condition(result: Outcome) -> str | None:
    """Return the acoustic condition of the training data, such as clean."""
    training = _find(result, "training")
    return _text(training.get("condition")) if isinstance(training, Mapping) else None


def condition(result: Outcome) -> str | None:
    """Return the acoustic condition of the stimuli, such as clean or daycare."""
    return _text(result.record.settings.get("condition"))


def training_text(result: Outcome) -> str | None:
    """Return the condition of the training data as text that distinguishes it from that of the stimuli."""
    value = training_condition(result)
    return f"{value} training" if value else None


def condition_text(result: Outcome) -> str | None:
    """Return the condition of the stimuli as text that distinguishes it from that of the training data."""
    value = condition(result)
    return f"{value} test" if value else None


def heard_text(result: Outcome, table: str) -> list[str]:
    """Say how many words and non-words of a lexical table occur as words in the training corpus, if it was named.

    :param result: any result.
    :param table: such as `lexical/test`.
    """
    heard = result.record.settings.get("heard")
    if not isinstance(heard, Mapping):
        return []
    return [
        f"{each['words_heard']:,} of {each['words']:,} words and {each['nonwords_heard']:,} of "
        f"{each['nonwords']:,} non-words ({each['pairs_with_heard_nonword']:,} of {each['pairs']:,} pairs) "
        f"occur as words in {heard['corpus']}"
        for each in heard.get("tables", [])
        if f"lexical/{each['split']}" == table
    ]


def snr(result: Outcome) -> float | None:
    """Return the signal-to-noise ratio of the stimuli in dB."""
    value = result.record.settings.get("snr")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def snr_text(result: Outcome) -> str | None:
    """Return the signal-to-noise ratio of the stimuli as text, such as 10 dB."""
    value = snr(result)
    return None if value is None else f"{value:g} dB".replace("-", "−")


def _find(result: Outcome, key: str) -> Any:
    model = result.record.model
    settings = model.get("settings")
    return model.get(key, settings.get(key) if isinstance(settings, Mapping) else None)


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None
