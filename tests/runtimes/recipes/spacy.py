"""A spaCy pipeline that calls "Zorblax" by one label: the label tells which release was opened.

`python -m tests.runtimes.recipes.spacy FOLDER --version 1.0.0 --label ORG`
"""

import argparse
from pathlib import Path

import spacy

NAME = "core_web_sm"
WORD = "Zorblax"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--label", required=True)
    asked = parser.parse_args()
    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": asked.label, "pattern": WORD}])
    pipeline.meta.update(name=NAME, version=asked.version, license="MIT")
    pipeline.to_disk(asked.folder)


if __name__ == "__main__":
    main()
