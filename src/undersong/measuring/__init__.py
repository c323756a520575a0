"""Measuring: questionnaires that others made, counted by their own rules. No total is a finding."""
