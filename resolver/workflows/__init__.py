"""Each verb as a string of stages; what they need of the world comes in as a `Workspace`."""
