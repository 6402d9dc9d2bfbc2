"""What is not loaded: start-up time is spent where it buys something (figures.md)."""

import subprocess
import sys

HEAVY = "{name.partition('.')[0] for name in sys.modules} & {'packaging', 'pydantic', 'yaml'}"


def _loaded(statements: str) -> list[str]:
    program = f"import sys; {statements}; print(*sorted({HEAVY}))"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()


def test_the_package_loads_nothing() -> None:
    assert _loaded("import resolver.documents") == []


def test_reading_a_document_loads_only_yaml() -> None:
    assert _loaded("import resolver.documents.manifest") == ["yaml"]
