"""The one door to the network: bounded, patient, and careful with whom a token is shown to."""
