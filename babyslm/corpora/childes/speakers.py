"""Whose speech a learner meets: a choice of speakers and ages."""

from dataclasses import dataclass

import pandas as pd

from babyslm.corpora.accounting import Account

__all__ = ["CHILD_ROLES", "DAYS_A_MONTH", "NOT_SPEECH_ROLES", "ROLES", "Speakers"]

NOT_SPEECH_ROLES = ("Media", "Environment", "Non_Human")
"""Roles that do not denote a speaking person."""
CHILD_ROLES = ("Target_Child", "Child")
DAYS_A_MONTH = 30.4375
UTTERANCES = "utterances"
ROLES = "roles"
"""Topic of the account under which the roles of a source are noted."""


@dataclass(frozen=True)
class Speakers:
    """Selection of speakers and ages.

    :param roles: speaker roles to keep; () for all except children and non-persons.
    :param ages: lower (inclusive) and upper (exclusive) age of the target child in months; None for all, unknown ages
        included.
    :param with_children: keep the speech of children as well; by default the learner hears adults only.
    """

    roles: tuple[str, ...] = ()
    ages: tuple[float, float] | None = None
    with_children: bool = False

    def choose(self, rows: pd.DataFrame, account: Account) -> pd.DataFrame:
        """Return the selected rows; rows without text are dropped.

        :param rows: with `role`, `age` (days) and `text`.
        :param account: learns of the roles there are, and why rows are left out.
        """
        for role, count in rows["role"].dropna().value_counts().items():
            account.note(ROLES, str(role), int(count))
        if self.roles:
            chosen = rows["role"].isin(self.roles)
        else:
            dropped = [*NOT_SPEECH_ROLES, *(() if self.with_children else CHILD_ROLES)]
            chosen = ~rows["role"].isin(dropped)
        rows = _keep(rows, chosen, "role not chosen", account)
        if self.ages:
            months = rows["age"].astype("Float64") / DAYS_A_MONTH
            aged = ((months >= self.ages[0]) & (months < self.ages[1])).fillna(value=False)
            rows = _keep(rows, aged.astype(bool), "age not chosen", account)
        return _keep(rows, rows["text"] != "", "no words", account)


def _keep(rows: pd.DataFrame, chosen: pd.Series, reason: str, account: Account) -> pd.DataFrame:
    kept = rows[chosen]
    account.leave(UTTERANCES, reason, len(rows) - len(kept))
    return kept
