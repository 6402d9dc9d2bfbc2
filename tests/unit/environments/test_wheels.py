"""What a locked wheel is once it is installed, before anything is written."""

import pytest

from resolver.domain.errors import InputError, UnsafeContentError
from resolver.environments.wheels import installed_form, stated_needs
from tests.unit.environments.sites import Made, Site, digest, environment, made

RUN = "[console_scripts]\npack-run = pack.cli:main\n[other]\nx = y\n"
INFO = "pack-1.0.dist-info"


def places(site: Site, one: Made) -> dict[str, bytes | None]:
    """The pieces by their places below the prefix; None where they are the lock's."""
    form = site.form(one)
    return {piece.place.removeprefix(f"{site.prefix}/"): piece.content for piece in form.all_pieces}


def test_the_members_keep_their_places_and_three_papers_are_ours(site: Site) -> None:
    found = places(site, made())
    packages = "lib/python3.12/site-packages"
    assert [path.removeprefix(f"{packages}/") for path, content in found.items() if content is None] == [
        f"{INFO}/METADATA",
        f"{INFO}/WHEEL",
        "pack/__init__.py",
        "pack/w.bin",
    ]
    assert found[f"{packages}/{INFO}/INSTALLER"] == b"models-lock\n"
    assert found[f"{packages}/{INFO}/REQUESTED"] == b""
    assert next(iter(found)) == f"{packages}/{INFO}/RECORD", "it is written first"


def test_record_names_every_piece_with_its_digest_and_itself_without(site: Site) -> None:
    one = made(files={"pack/w,1.bin": b"weights"}, papers={"entry_points.txt": RUN})
    form = site.form(one)
    assert form.record is not None
    assert form.record.content is not None
    rows = form.record.content.decode().splitlines()
    script = next(piece for piece in form.pieces if piece.place.endswith("pack-run"))
    assert script.content is not None
    assert f"../../../bin/pack-run,{digest(script.content)},{script.size}" in rows
    assert f'"pack/w,1.bin",{digest(b"weights")},7' in rows
    assert f"{INFO}/RECORD,," in rows
    assert len(rows) == len(form.all_pieces)


def test_an_entry_point_becomes_a_script_of_that_interpreter(site: Site) -> None:
    form = site.form(made(papers={"entry_points.txt": RUN}))
    (script,) = [piece for piece in form.pieces if piece.place == str(site.prefix / "bin/pack-run")]
    assert script.executable
    assert script.content is not None
    assert script.content.startswith(f"#!{site.prefix}/bin/python\n".encode())
    assert b"from pack.cli import main" in script.content


def test_a_script_of_the_wheel_gets_that_interpreter_too(site: Site) -> None:
    one = made(files={"pack-1.0.data/scripts/tool": b"#!python\nprint()\n", "pack-1.0.data/purelib/more.py": b"2\n"})
    found = places(site, one)
    assert found["bin/tool"] == f"#!{site.prefix}/bin/python\nprint()\n".encode()
    assert found["lib/python3.12/site-packages/more.py"] is None


@pytest.mark.parametrize("scheme", ["data", "headers", "nonsense"])
def test_what_has_no_place_among_packages_and_scripts_is_refused(site: Site, scheme: str) -> None:
    with pytest.raises(UnsafeContentError):
        site.form(made(files={f"pack-1.0.data/{scheme}/share/x": b""}))


def test_a_wheel_of_the_platform_goes_where_its_paper_says(site: Site) -> None:
    around = environment(site.prefix, platlib=str(site.prefix / "lib64"))
    one = made(papers={"WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: false\n"})
    form = installed_form(one.locked, around, one.read)
    assert form.folder == str(site.prefix / "lib64" / INFO)
    assert all(piece.place.startswith(str(site.prefix / "lib64")) for piece in form.all_pieces)


def test_what_is_not_here_yet_is_told_by_the_lock_alone(site: Site) -> None:
    one = made(papers={"entry_points.txt": RUN})
    form = installed_form(one.locked, site.environment, lambda _: None)
    assert not form.complete
    assert {piece.place for piece in form.pieces} < {piece.place for piece in site.form(one).pieces}
    assert (form.name, form.version, form.folder) == ("pack", "1.0", str(site.packages / INFO))


def test_what_only_installers_write_is_never_the_wheel_s(site: Site) -> None:
    papers = {"direct_url.json": '{"dir_info": {"editable": true}}', "INSTALLER": "pip\n", "RECORD.jws": "{}"}
    found = places(site, made(papers=papers))
    assert not [path for path in found if path.endswith(("direct_url.json", "RECORD.jws"))]
    assert found[f"lib/python3.12/site-packages/{INFO}/INSTALLER"] == b"models-lock\n"


def test_what_somebody_compiled_is_never_installed(site: Site) -> None:
    found = places(site, made(files={"pack/__init__.py": b"", "pack/__pycache__/__init__.cpython-312.pyc": b"evil"}))
    assert not [path for path in found if "__pycache__" in path]


def test_the_name_is_that_of_the_manifest(site: Site) -> None:
    form = site.form(made("silero-vad", files={"silero_vad/w.bin": b""}))
    assert (form.name, form.folder) == ("silero-vad", str(site.packages / "silero_vad-1.0.dist-info"))


@pytest.mark.parametrize("paper", ["METADATA", "WHEEL"])
def test_a_filter_that_leaves_a_paper_out_is_named_with_the_way_out(site: Site, paper: str) -> None:
    with pytest.raises(InputError, match=f"no {INFO}/{paper}") as caught:
        site.form(made().without(f"{INFO}/{paper}"))
    assert "'*.dist-info/*'" in str(caught.value.hint)


def test_a_filter_that_leaves_all_papers_out_is_named_too(site: Site) -> None:
    with pytest.raises(InputError, match=r"no \.dist-info folder"):
        site.form(made().without(f"{INFO}/METADATA", f"{INFO}/WHEEL", f"{INFO}/RECORD"))


@pytest.mark.parametrize(
    "papers",
    [
        {"METADATA": "Name: other\nVersion: 1.0\n"},
        {"METADATA": "Name: pack\nVersion: 1.1\n"},
        {"METADATA": "nonsense"},
        {"WHEEL": "Wheel-Version: 2.0\nRoot-Is-Purelib: true\n"},
        {"WHEEL": ""},
        {"entry_points.txt": "[console_scripts]\nrun = no entry point\n"},
        {"entry_points.txt": "[console_scripts]\nrun = pack\n"},
        {"entry_points.txt": "[console_scripts\n"},
        {"entry_points.txt": "[console_scripts]\n../../evil = pack:main\n"},
        {"entry_points.txt": "[console_scripts]\n/tmp/evil = pack:main\n"},
        {"entry_points.txt": "[console_scripts]\na = p:m\n[gui_scripts]\nA = p:m\n"},
    ],
    ids=repr,
)
def test_a_wheel_that_breaks_the_rules_is_refused(site: Site, papers: dict[str, str | None]) -> None:
    with pytest.raises(UnsafeContentError, match=r"pack-1\.0-py3-none-any\.whl"):
        site.form(made(papers=papers))


@pytest.mark.parametrize("path", ["other-2.0.dist-info/METADATA", "other.egg-info/PKG-INFO", "other.DIST-INFO/x"])
def test_a_wheel_with_a_second_identity_is_refused(site: Site, path: str) -> None:
    with pytest.raises(InputError, match="where every wheel has one"):
        site.form(made(files={path: b"Name: other\n"}))


@pytest.mark.parametrize(
    ("stated", "folder"),
    [("1.0", "1.0"), ("v1.0", "1.0"), ("1.0.0", "1.0"), ("1.0-1", "1.0_1"), ("1.0+cpu", "1.0+cpu")],
)
def test_one_version_may_be_written_in_several_ways(site: Site, stated: str, folder: str) -> None:
    assert site.form(made(version=folder, papers={"METADATA": f"Name: Pack\nVersion: {stated}\n"})).version == folder


@pytest.mark.parametrize(
    ("metadata", "python"),
    [
        ("Requires-Python: >=3.9\n\nRequires-Python: <3\n", ">=3.9"),
        ("Requires-Python:\n", None),
        ("Requires-Dist: spacy\n", None),
    ],
)
def test_the_python_that_is_wanted_stands_in_the_headers(metadata: str, python: str | None) -> None:
    one = made(papers={"METADATA": f"Name: pack\n{metadata}"})
    assert stated_needs(one.locked, one.read) == (python, ())


@pytest.mark.parametrize(
    ("meta", "wanted"),
    [
        (b'{"spacy_version": ">=3.8.0,<3.9.0"}', ("spacy>=3.8.0,<3.9.0",)),
        (b'{"spacy_version": 3}', ()),
        (b"[]", ()),
        (b"{", ()),
        (b"[" * 100_000, ()),
    ],
)
def test_the_spacy_that_is_wanted_stands_in_the_pipeline_s_meta(meta: bytes, wanted: tuple[str, ...]) -> None:
    one = made(files={"pack/meta.json": meta, "pack/pack-1.0/meta.json": b'{"spacy_version": ">=1"}'})
    assert stated_needs(one.locked, one.read)[1] == wanted
    assert stated_needs(one.locked, lambda _: None) == (None, ())
