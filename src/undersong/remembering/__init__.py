"""Remembering: the log of a session, and the same session again from it."""
