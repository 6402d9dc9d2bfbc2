"""The two files as text. Import the submodule you need: some load pydantic or YAML, and this package loads neither."""
