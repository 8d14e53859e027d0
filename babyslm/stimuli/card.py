"""Card of a stimulus set: description, sources, checksums and audit."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import write_text
from babyslm.verify.documents import parse_document, read_yaml

__all__ = ["CARD_NAME", "StimulusCard", "read_card", "write_card"]

CARD_NAME = "card.yaml"


class StimulusCard(BaseModel):
    """Metadata of a stimulus set."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int = 1
    name: str
    version: str
    language: str = Field(description="BCP 47 tag, such as en or fr")
    licence: str
    sources: list[str] = Field(description="corpora, lists, tools and voices used for the set")
    generator: dict[str, Any] = Field(default_factory=dict, description="settings of the generator, with seed")
    audit: dict[str, Any] = Field(default_factory=dict, description="figures of `babyslm audit`")
    notes: list[str] = Field(default_factory=list)
    sha256: dict[str, str] = Field(
        default_factory=dict, description="checksum of each table and of the lexicon, by relative path"
    )


def read_card(path: Path) -> StimulusCard:
    """Read and check a card; an error names file and field."""
    return parse_document(StimulusCard, read_yaml(path), path)


def write_card(path: Path, card: StimulusCard) -> None:
    """Write a card as YAML, atomically."""
    import yaml

    write_text(path, yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=119))
