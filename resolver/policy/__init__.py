"""What may be locked: licences, file formats, code that a loader would run."""
