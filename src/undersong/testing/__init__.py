"""Testing: simulated makers, readable scenes, contracts and asserts that read like a score.

Public: whoever adds a technique tests it with these.
"""
