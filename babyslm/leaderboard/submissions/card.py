"""Card of a submission: the authors' description of the learner and of its training data."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from babyslm.stimuli.stimulus import Modality
from babyslm.verify.results.submission import verify_plain_text, verify_web_address

__all__ = [
    "CARD_NAME",
    "FOLDER_NAME",
    "Card",
    "Compute",
    "Domain",
    "Publication",
    "Slug",
    "Training",
    "card_schema",
]

CARD_NAME = "card.yaml"

Domain = Literal["clean", "in-the-wild", "none"]
"""Origin of the training speech: recorded to be understood (clean) or in everyday life (in-the-wild); `none`: no
speech."""

FOLDER_NAME = r"^[a-z0-9]+([._-][a-z0-9]+)*$"
"""Pattern of names; without `..`, a name cannot leave its folder, and without `--`, `Card.slug` is unambiguous."""

Slug = Annotated[str, StringConstraints(pattern=FOLDER_NAME, max_length=64)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(verify_plain_text)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(verify_plain_text)]
Address = Annotated[str, StringConstraints(max_length=300), AfterValidator(verify_web_address)]
Amount = Annotated[float, Field(gt=0, le=1e15, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**15)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Training(_Strict):
    """Training data of this revision."""

    data: Text = Field(description="corpora, with their versions")
    domain: Domain = Field(description="clean or in-the-wild speech; none for a text learner")
    hours: Amount | None = Field(None, description="hours of training speech, without repetitions")
    words: Amount | None = Field(None, description="words read or heard in training, without repetitions")
    tokens: Amount | None = Field(None, description="symbols seen until this revision, repetitions included")
    steps: Count | None = Field(None, description="updates until this revision")


class Compute(_Strict):
    """Computational cost of training."""

    hardware: Line | None = Field(None, description="such as 1 x A100, or 2 CPU cores")
    hours: Amount | None = Field(None, description="hours of that hardware")


class Publication(_Strict):
    """Publication that describes the learner."""

    title: Line
    url: Address | None = None
    year: Annotated[int, Field(ge=1950, le=2100)] | None = None


class Card(_Strict):
    """Description of a learner beyond what is computed. Published as JSON Schema by `card_schema`."""

    schema_version: Literal[1] = 1
    model: Slug = Field(description="folder name of the model: lower-case letters, digits and . _ -")
    revision: Slug = Field(description="folder name of this revision, such as step5000 or v1")
    name: Line = Field(description="name of the learner on the board")
    family: Line = Field(description="learners of one method (text, speech, clean, wild) that are compared")
    description: Text
    modality: Modality = Field(description="orthographic, phonemic or spoken")
    language: list[Language] = Field(min_length=1, max_length=20, description="BCP 47 tags of the training data")
    parameters: Count | None = Field(None, description="trained parameters; counts of an n-gram model")
    training: Training
    compute: Compute = Compute()
    authors: list[Line] = Field(min_length=1, max_length=100)
    institution: Line | None = None
    licence: Line = Field(description="licence of the learner; SPDX identifier if there is one")
    url: Address | None = Field(None, description="address of code or weights")
    publication: Publication | None = None
    submitted: date

    @property
    def id(self) -> str:
        """`model/revision`, as in the names of the folders."""
        return f"{self.model}/{self.revision}"

    @property
    def slug(self) -> str:
        """An identifier that is unique on the board and safe in a file name or an address."""
        return f"{self.model}--{self.revision}"

    @model_validator(mode="after")
    def _amounts(self) -> Self:
        hears = self.modality == "spoken"
        if hears and (self.training.domain == "none" or self.training.hours is None):
            raise ValueError("a spoken learner needs training.hours and training.domain (clean or in-the-wild)")
        if not hears and (self.training.domain != "none" or self.training.words is None):
            raise ValueError("a text learner needs training.words, and training.domain must be none")
        return self


def card_schema() -> dict[str, Any]:
    """Return the JSON Schema of a card, as published in `leaderboard/card.schema.json`."""
    return Card.model_json_schema()
