"""Spanish words of SocialFX with the English words they translate: where few people are behind one, the other helps.

By hand; words whose meanings would sound different are left out (*alto* is high, loud and tall).
"""

from __future__ import annotations

from collections.abc import Sequence

from .witnesses import Witnesses

SPANISH = {
    "afilado": "sharp",
    "agradable": "pleasant",
    "agresivo": "aggressive",
    "agudo": "sharp",
    "alegre": "cheerful",
    "amable": "kind",
    "apagado": "dull",
    "armonioso": "harmonious",
    "asqueroso": "disgusting",
    "bajo": "low",
    "bello": "beautiful",
    "brillante": "bright",
    "caliente": "hot",
    "calmado": "calm",
    "calmante": "soothing",
    "claro": "clear",
    "cristalino": "clear",
    "crujiente": "crisp",
    "dulce": "sweet",
    "duro": "hard",
    "elegante": "elegant",
    "emocionante": "exciting",
    "energético": "energetic",
    "estruendoso": "thunderous",
    "feliz": "happy",
    "fresco": "cool",
    "frío": "cold",
    "fuerte": "loud",
    "grande": "big",
    "grave": "deep",
    "grueso": "thick",
    "húmedo": "wet",
    "lento": "slow",
    "ligero": "light",
    "limpio": "clean",
    "lindo": "pretty",
    "luminoso": "bright",
    "melancólico": "melancholy",
    "metal": "metal",
    "mojado": "wet",
    "molesto": "annoying",
    "oscuro": "dark",
    "pacifico": "peaceful",
    "pesado": "heavy",
    "potente": "powerful",
    "profundo": "deep",
    "puro": "pure",
    "relajante": "relaxing",
    "resplandeciente": "brilliant",
    "rico": "rich",
    "ruidoso": "noisy",
    "rápido": "fast",
    "seco": "dry",
    "suave": "soft",
    "tibio": "warm",
    "tierno": "tender",
    "tranquilo": "calm",
    "triste": "sad",
    "áspero": "raspy",
}


def translations_among(words: Sequence[Witnesses]) -> dict[str, str]:
    """The Spanish words among these with their English ones, where both are known."""
    english = {name: word.name for word in words if word.language == "en" for name in (word.name, *word.aliases)}
    spanish = {word.name for word in words if word.language == "es"}
    return {word: english[other] for word, other in SPANISH.items() if word in spanish and other in english}
