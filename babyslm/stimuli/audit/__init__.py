"""Audit of stimulus sets: shortcuts that need no knowledge of words or grammar, and faults of tables."""

from babyslm.stimuli.audit.audit import audit_set
from babyslm.stimuli.audit.classifier import Classified, classify_pairs
from babyslm.stimuli.audit.figures import Audit, Figure

__all__ = ["Audit", "Classified", "Figure", "audit_set", "classify_pairs"]
