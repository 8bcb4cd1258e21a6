"""Variants: named sets of settings that are tried beside those in force, promoted, and rolled back."""
