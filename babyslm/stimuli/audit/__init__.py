"""Look for the shortcuts by which a set could be solved without knowing words or grammar."""

from babyslm.stimuli.audit.audit import audit_set
from babyslm.stimuli.audit.classifier import Classified, classify_pairs
from babyslm.stimuli.audit.figures import Audit, Figure

__all__ = ["Audit", "Classified", "Figure", "audit_set", "classify_pairs"]
