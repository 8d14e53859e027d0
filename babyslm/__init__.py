"""babyslm answers one question: what has this learner learned.

>>> import babyslm
>>> sorted(babyslm.__all__)[:3]
['LanguageModel', 'Result', 'ScoreBatch']
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from babyslm.moved import install as _install_old_names

if TYPE_CHECKING:
    from babyslm.evaluation.evaluate import evaluate
    from babyslm.models.load import load_model
    from babyslm.models.protocol import LanguageModel, ScoreBatch
    from babyslm.results.result import Result, load_result
    from babyslm.stimuli.load import load_stimuli
    from babyslm.stimuli.stimulus import Stimulus
    from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
    from babyslm.verify.errors import BabySLMError

_install_old_names()

try:
    __version__ = version("babyslm")
except PackageNotFoundError:
    __version__ = "0+unknown"

_HOMES = {
    "BabySLMError": "babyslm.verify.errors",
    "LanguageModel": "babyslm.models.protocol",
    "Result": "babyslm.results.result",
    "ScoreBatch": "babyslm.models.protocol",
    "Stimulus": "babyslm.stimuli.stimulus",
    "StimulusSet": "babyslm.stimuli.stimulus_set",
    "StimulusTable": "babyslm.stimuli.stimulus_set",
    "evaluate": "babyslm.evaluation.evaluate",
    "load_model": "babyslm.models.load",
    "load_result": "babyslm.results.result",
    "load_stimuli": "babyslm.stimuli.load",
}

__all__ = [
    "BabySLMError",
    "LanguageModel",
    "Result",
    "ScoreBatch",
    "Stimulus",
    "StimulusSet",
    "StimulusTable",
    "evaluate",
    "load_model",
    "load_result",
    "load_stimuli",
]


def __getattr__(name: str) -> Any:
    """Import a public name where it is first used, so that `import babyslm` stays instant."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'babyslm' has no attribute {name!r}")
