"""Values and protocols. Nothing here reads, writes or asks anything."""
