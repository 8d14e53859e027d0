"""Every check of outside input and every named error, one module a subject."""

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = ["BabySLMError", "UsageError"]
