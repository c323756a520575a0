"""What is owed to a person, besides music: their yes or no, and who may see what."""
