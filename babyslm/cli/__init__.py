"""The commands: one file a group, one short function a command, no logic.

Importing a group registers its commands; the order is that of the help page, which follows the way the data flows.
"""

from babyslm.cli.app import app
from babyslm.cli import demo as _demo
from babyslm.cli import stimuli as _stimuli
from babyslm.cli import language as _language
from babyslm.cli import evaluation as _evaluation
from babyslm.cli import acquisition as _acquisition
from babyslm.cli import corpora as _corpora
from babyslm.cli import training as _training
from babyslm.cli import recogniser as _recogniser
from babyslm.cli import units as _units
from babyslm.cli import compression as _compression
from babyslm.cli import leaderboard as _leaderboard
from babyslm.cli import doctor as _doctor

__all__ = ["app"]

_GROUPS = (
    _demo,
    _stimuli,
    _language,
    _evaluation,
    _acquisition,
    _corpora,
    _training,
    _recogniser,
    _units,
    _compression,
    _leaderboard,
    _doctor,
)
