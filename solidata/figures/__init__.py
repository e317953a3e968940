"""Figures: frame in, figure out; they know nothing of files until they are saved."""
