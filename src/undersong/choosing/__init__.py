"""Choosing: from the playing, and what was answered so far, to a technique and its reason."""
