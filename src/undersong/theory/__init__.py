"""Music theory as constants and pure functions, each with its unit and source."""
