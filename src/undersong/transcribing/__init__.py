"""Transcribing: sound in blocks of samples becomes notes and strokes, causally; pure arrays."""
