"""English names of common languages and currencies; others are named by their codes."""

from __future__ import annotations

LANGUAGE_NAMES = {
    "ar": "Arabic",
    "cs": "Czech",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "he": "Hebrew",
    "it": "Italian",
    "ja": "Japanese",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
}
CURRENCY_NAMES = {
    "CHF": "Swiss Franc",
    "CZK": "Czech Koruna",
    "EUR": "Euro",
    "GBP": "Pound Sterling",
    "JPY": "Yen",
    "PLN": "Zloty",
    "SEK": "Swedish Krona",
    "USD": "US Dollar",
}
