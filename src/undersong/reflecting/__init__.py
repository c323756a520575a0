"""Reflecting: what happened between maker and partner, measured and drawn."""
