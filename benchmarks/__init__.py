"""What `docs/benchmarks.md` says is measured here; nothing of it is a test, and `resolver` imports none of it."""
