"""Hearing: timed events in, a frozen Impression of the playing out. Each module hears one thing."""
