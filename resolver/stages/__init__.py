"""Functions from values to a value. None knows another; the world outside comes in as arguments."""
