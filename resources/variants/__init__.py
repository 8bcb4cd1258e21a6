"""Variants: named sets of settings that are tried beside those in force, promoted, and rolled back."""

from resources.variants.variant import Variant, VariantError, fingerprints_of, settings_of

__all__ = ["Variant", "VariantError", "fingerprints_of", "settings_of"]
