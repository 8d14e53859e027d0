"""Named errors and the checks of outside input: every message a user can meet stands here.

Comes in: a value from a file, a recipe or a command. Goes out: the checked value, or an error of one line that
names the file, the value and what to do. Sub-rooms follow the rooms of the package whose input they check.
"""

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = ["BabySLMError", "UsageError"]
