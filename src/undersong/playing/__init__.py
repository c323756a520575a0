"""Playing: from what a technique means to what sounds, and when, within the limits."""
