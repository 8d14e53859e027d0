"""Old names of modules that moved: they still import, with a deprecation warning.

The list holds the modules that the documentation of version 0.1 named. The names exported by `babyslm` itself did not
change. Version 0.3 removes the old names.
"""

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["MOVED", "forward", "install"]

MOVED = {
    "babyslm.audit": "babyslm.commands.audit",
    "babyslm.build": "babyslm.commands.build",
    "babyslm.compress": "babyslm.commands.compress",
    "babyslm.corpora.generated": "babyslm.corpora.made.generated",
    "babyslm.demo": "babyslm.commands.demo",
    "babyslm.doctor": "babyslm.commands.doctor",
    "babyslm.forgetting": "babyslm.commands.forgetting",
    "babyslm.leaderboard.ranking": "babyslm.leaderboard.board.ranking",
    "babyslm.models.choice": "babyslm.models.text.choice",
    "babyslm.models.revisions": "babyslm.models.text.revisions",
    "babyslm.models.surprisal": "babyslm.models.text.surprisal",
    "babyslm.models.vocabulary": "babyslm.models.symbols.vocabulary",
    "babyslm.results.aggregate": "babyslm.results.statistics.aggregate",
    "babyslm.results.chart": "babyslm.results.pages.chart",
    "babyslm.results.compare": "babyslm.results.outcomes.compare",
    "babyslm.results.differences": "babyslm.results.pages.differences",
    "babyslm.results.outcome": "babyslm.results.outcomes.outcome",
    "babyslm.stimuli.lexicon": "babyslm.stimuli.words.lexicon",
}
"""Old to new name. Old names that are packages now use `forward`."""


def _warn(old: str, new: str) -> None:
    message = f"{old} is now {new}; version 0.3 removes the old name"
    warnings.warn(message, DeprecationWarning, stacklevel=2)


class _Alias(Loader):
    def __init__(self, new: str) -> None:
        self.new = new
        self.spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        _warn(spec.name, self.new)
        module = import_module(self.new)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own specification back: it has run under its new name."""
        module.__spec__ = self.spec


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        new = MOVED.get(fullname)
        return None if new is None else ModuleSpec(fullname, _Alias(new), origin=new)


def install() -> None:
    """Let the old names be imported; called once by `babyslm`."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())


def forward(package: str, new: str, name: str) -> Any:
    """Return an attribute that a module had before it became a package.

    :param package: the package, which bears the module's old name.
    :param new: the module that holds its contents now.
    :param name: of the attribute.
    :raises AttributeError: where the module has no such attribute.
    """
    module = import_module(new)
    if name.startswith("__") or not hasattr(module, name):
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    _warn(f"{package}.{name}", f"{new}.{name}")
    return getattr(module, name)
