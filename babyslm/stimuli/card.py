"""The card of a stimulus set: what it is, where it comes from, and how it was checked."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import write_text
from babyslm.verify.documents import parse_document, read_yaml

__all__ = ["CARD_NAME", "StimulusCard", "read_card", "write_card"]

CARD_NAME = "card.yaml"


class StimulusCard(BaseModel):
    """What a reader must know of a stimulus set before using it."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int = 1
    name: str
    version: str
    language: str = Field(description="BCP 47 tag, such as en or fr")
    licence: str
    sources: list[str] = Field(description="corpora, lists, tools and voices the set was made from")
    generator: dict[str, Any] = Field(default_factory=dict, description="settings of the generator, seed included")
    audit: dict[str, Any] = Field(default_factory=dict, description="figures of `babyslm audit`")
    notes: list[str] = Field(default_factory=list)
    sha256: dict[str, str] = Field(
        default_factory=dict, description="checksum of each table and of the lexicon, by relative path"
    )


def read_card(path: Path) -> StimulusCard:
    """Read and check a card; a fault is named with its file and field."""
    return parse_document(StimulusCard, read_yaml(path), path)


def write_card(path: Path, card: StimulusCard) -> None:
    """Write a card as YAML, whole or not at all."""
    import yaml

    write_text(path, yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=119))
