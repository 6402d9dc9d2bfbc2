"""Flags that are about names and configurations: `code` and `custom_loader`."""

import io
import json

import pytest

from resolver.policy.formats import CODE, CUSTOM_LOADER, PICKLE, flags_of
from resolver.policy.loaders import LARGEST
from tests.unit.policy.test_formats_pickle import EVIL, TORCH, zipped

FOREIGN = [{"idx": 0, "name": "0", "path": "", "type": "custom_st.Transformer"}]
ST = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]


def keras(layer: dict[str, object]) -> bytes:
    layers: list[object] = [{"module": "keras.layers", "class_name": "Dense", "config": {"name": "d"}}, layer]
    config = {"module": "keras", "class_name": "Functional", "config": {"layers": layers}}
    return zipped(metadata_json=b"{}", config_json=json.dumps(config).encode(), model_weights_h5=b"\x89HDF\r\n\x1a\n")


def flags(path: str, content: object) -> frozenset[str]:
    written = content if isinstance(content, bytes) else json.dumps(content).encode()
    return flags_of(path, io.BytesIO(written))


@pytest.mark.parametrize(
    "path", ["modeling.py", "a/b/HUBCONF.PY", "x.pyc", "x.PYD", "lib.so", "lib.so.1.2", "x.dll", "x.dylib", "x.pyw"]
)
def test_files_that_python_imports_by_name_are_code(path: str) -> None:
    assert flags(path, b"anything") == {CODE}


@pytest.mark.parametrize(
    "path", ["py", "model.python", "a.py/b", "notebook.ipynb", "x.pyi", "so", "a.so.txt", "x.json"]
)
def test_other_names_are_not_code(path: str) -> None:
    assert flags(path, b"anything") == frozenset()


def test_a_path_file_is_code_and_a_checkpoint_of_that_name_is_none() -> None:
    assert flags("evil.pth", b"import os; os.system('true')\n") == {CODE}
    assert flags("paths.pth", b"/somewhere\n") == {CODE}
    assert flags("model.pth", TORCH) == {PICKLE}
    assert flags("model.pth", EVIL[2]) == {PICKLE}
    assert flags("model.pth", EVIL[2] + b"\nimport os\n") == {PICKLE, CODE}


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("config.json", {"auto_map": {"AutoModel": "modeling.Model"}}),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["tokenization.Slow", None]}}),
        ("tokenizer_config.json", {"auto_map": ["tokenization.Slow", None]}),
        ("processor_config.json", {"auto_map": {"AutoProcessor": "org/other--processing.P"}}),
        ("sub/CONFIG.JSON", {"custom_pipelines": {"p": {"impl": "pipeline.P"}}}),
        ("anything.json", {"auto_map": {"AutoModel": "m.M"}}),
        ("modules.json", FOREIGN),
        ("1/modules.json", [*ST, *FOREIGN]),
        ("modules.json", [{"type": "sentence_transformers_evil.Module"}]),
        ("modules.json", [{"name": "no type"}]),
        ("config.json", b"[" * 200_000),
        ("config.json", b'{"auto_map": {"A": "m.M"}, "long": ' + b"9" * 5000 + b"}"),
        ("config.json", b'{"auto_map": {"A": "m.M"}, "pad": "' + b" " * LARGEST + b'"}'),
        ("config.json", b'{"pad": "' + b" " * 100_000 + b'", "auto_map": {"A": "m.M"}}'),
        ("config.json", '{"auto_map": {"A": "m.M"}}'.encode("utf-8-sig")),
    ],
)
def test_a_configuration_that_names_code_is_a_custom_loader(path: str, document: object) -> None:
    assert flags(path, document) == {CUSTOM_LOADER}


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("config.json", {"model_type": "bert"}),
        ("config.json", {"auto_map": {}}),
        ("config.json", {"auto_map": None}),
        ("config.json", {"nested": {"auto_map": {"A": "m.M"}}}),
        ("vocab.json", {"auto_map": 17, "the": 1}),
        ("config.yaml", {"auto_map": {"A": "m.M"}}),
        ("config.json", b"{not json"),
        ("config.json", b"\xff\xfe\xfd"),
        ("config.json", b"[1, 2]"),
        ("modules.json", ST),
        ("modules.json", {"type": "x"}),
        ("other.json", FOREIGN),
        ("tokenizer.json", b'{"auto_map": {"A": "m.M"}, "pad": "' + b" " * LARGEST + b'"}'),
    ],
)
def test_other_configurations_are_none(path: str, document: object) -> None:
    assert flags(path, document) == frozenset()


@pytest.mark.parametrize(
    "layer",
    [
        {"module": "keras.layers", "class_name": "Lambda", "config": {"function": {"class_name": "__lambda__"}}},
        {"module": "os", "class_name": "system", "config": {}},
        {"module": "keras_evil", "class_name": "Dense", "config": {}},
    ],
)
def test_a_keras_file_with_a_layer_of_code_is_a_custom_loader(layer: dict[str, object]) -> None:
    assert flags("model.keras", keras(layer)) == {CUSTOM_LOADER}


def test_a_keras_file_of_keras_own_layers_is_none() -> None:
    assert flags("model.keras", keras({"module": "keras.layers", "class_name": "ReLU"})) == frozenset()
    assert flags("m.zip", zipped(config_json=b'{"module": "os", "a": 1}')) == frozenset()
    assert flags("m.zip", zipped(config_json=b"{no json")) == frozenset()


def test_a_keras_file_whose_configuration_is_too_large_or_too_deep_is_a_custom_loader() -> None:
    assert flags("m.keras", zipped(config_json=b'{"class_name": "' + b" " * LARGEST + b'"}')) == {CUSTOM_LOADER}
    assert flags("m.keras", zipped(config_json=b"[" * 200_000)) == {CUSTOM_LOADER}


def test_a_lambda_layer_is_seen_in_hdf5() -> None:
    config = b'{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda"}]}}'
    assert flags("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(2000) + config) == {CUSTOM_LOADER}
    assert flags("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(2000) + config.replace(b"Lambda", b"Dense")) == frozenset()
