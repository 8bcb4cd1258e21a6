"""Experiments: a variant beside the settings in force, on the same documents; what promotes it and takes it back."""
