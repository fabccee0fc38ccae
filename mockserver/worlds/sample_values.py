"""Values that generated rows of several collections share: languages, names of tools, ids, metadata."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from ..store.clock import format_timestamp

GENERATED_LANGUAGES = ("en", "de", "ar", "fr", "ja", "he")
TOOLS = {
    "en": ("Hammer", "Saw", "Drill", "Wrench", "Chisel", "Plane", "Clamp", "Screwdriver", "Level", "Axe"),
    "de": (
        "Hammer",
        "Säge",
        "Bohrer",
        "Schlüssel",
        "Meißel",
        "Hobel",
        "Zwinge",
        "Schraubendreher",
        "Wasserwaage",
        "Axt",
    ),
    "ar": ("مطرقة", "منشار", "مثقاب", "مفتاح ربط", "إزميل", "مسحاج", "مشبك", "مفك", "ميزان ماء", "فأس"),
    "fr": ("Marteau", "Scie", "Perceuse", "Clé", "Ciseau", "Rabot", "Serre-joint", "Tournevis", "Niveau", "Hache"),
    "ja": ("ハンマー", "のこぎり", "ドリル", "レンチ", "のみ", "かんな", "クランプ", "ドライバー", "水準器", "斧"),
    "he": ("פטיש", "מסור", "מקדחה", "מפתח ברגים", "אזמל", "מקצועה", "מלחציים", "מברג", "פלס", "גרזן"),
}
GRADES = ("Basic", "Classic", "Compact", "Heavy", "Light", "Long", "Master", "Prime", "Pro", "Trade")
ATTRIBUTES_SCHEMA_URL = "https://res.cloudinary.com/saas-ag/raw/upload/v1600077014/schemata/segmentAttributes_v1.json"
EPOCH = datetime(2024, 1, 1, 8, tzinfo=UTC)  # nothing generated is older
CREATION_SECONDS = 300 * 86_400  # everything generated was created within these seconds after EPOCH


def sample_tool_names(random: Random, languages: Sequence[str], suffix: str) -> dict[str, str]:
    """Return the name of a tool in each of these languages."""
    tool = random.randrange(len(TOOLS["en"]))
    return {language: TOOLS[language][tool] + suffix for language in languages}


def sample_metadata(random: Random) -> dict[str, Any]:
    """Return the metadata of a row that was written one to three times."""
    created = EPOCH + timedelta(seconds=random.randrange(CREATION_SECONDS))
    version = random.choice((1, 1, 1, 2, 3))
    modified = created + timedelta(hours=version - 1)
    return {"createdAt": format_timestamp(created), "modifiedAt": format_timestamp(modified), "version": version}


def sample_hex_id(random: Random) -> str:
    """Return an id of 24 hex digits."""
    return f"{random.getrandbits(96):024x}"
