"""A spoken sentence."""
