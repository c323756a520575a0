"""Edges: where Undersong touches files, directories and the machine. Thin, and nothing musical."""
