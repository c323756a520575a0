"""Answering: one file for each technique of improvisational music therapy."""
