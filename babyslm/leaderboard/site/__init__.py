"""The pages of the leaderboard: static files that load nothing from another host."""

from babyslm.leaderboard.site.build import build_site
from babyslm.leaderboard.site.serve import serve

__all__ = ["build_site", "serve"]
