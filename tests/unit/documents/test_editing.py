"""Edits of a manifest's text: where a model comes in, whose a comment is, and what is left alone."""

import textwrap

import pytest
import yaml

from resolver.documents import outline as outlines
from resolver.documents.editing import added, removed, says
from resolver.documents.outline import outline
from resolver.documents.text import FASTEST

SAID = {"category": "vad", "source": "pypi:silero-vad", "version": ">=5,<7"}


def text(indented: str) -> bytes:
    return textwrap.dedent(indented).lstrip("\n").encode()


def add(before: str, said: dict[str, str] | None = None) -> str:
    return added(text(before), "new", said or {"source": "hf:a/b"}).content.decode()


def remove(before: str, name: str) -> str:
    return removed(text(before), name).content.decode()


def test_a_model_comes_after_the_last_and_looks_like_it() -> None:
    before = """
        version: 1
        models:
            asr:
                source: hf:org/name # here
                # a note on asr

            vad:
                source: hf:org/vad

        mirrors: []
        """
    assert added(text(before), "new", SAID).content == text("""
        version: 1
        models:
            asr:
                source: hf:org/name # here
                # a note on asr

            vad:
                source: hf:org/vad

            new:
                category: vad
                source: pypi:silero-vad
                version: ">=5,<7"

        mirrors: []
        """)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("models: {a: {source: hf:o/a}}", "models: {a: {source: hf:o/a}, new: {source: hf:a/b}}"),
        ("models: { a: {source: hf:o/a}, }", "models: { a: {source: hf:o/a}, new: {source: hf:a/b}, }"),
        ("models: {a: {source: hf:o/a} # c\n  }", "models: {a: {source: hf:o/a}, new: {source: hf:a/b} # c\n  }"),
        ("models:\n  {a: {source: hf:o/a}}", "models:\n  {a: {source: hf:o/a}, new: {source: hf:a/b}}"),
        (
            "models: {\n  a: {source: hf:o/a} # of a\n}",
            "models: {\n  a: {source: hf:o/a}, # of a\n  new: {source: hf:a/b}\n}",
        ),
        (
            "models: {\n  a: {source: hf:o/a}, # of a\n}",
            "models: {\n  a: {source: hf:o/a}, # of a\n  new: {source: hf:a/b},\n}",
        ),
        (
            "models: {\n  a: {source: hf:o/a}\n  , b: {source: hf:o/b}\n}",
            "models: {\n  a: {source: hf:o/a}\n  , b: {source: hf:o/b}, new: {source: hf:a/b}\n}",
        ),
        (
            "models:\n  a: {source: hf:o/a}\n  b: {source: 'hf:o/b'}",
            "models:\n  a: {source: hf:o/a}\n  b: {source: 'hf:o/b'}\n  new: {source: 'hf:a/b'}",
        ),
        (
            'models:\n  "a":\n    \'source\': "hf:o/a"',
            'models:\n  "a":\n    \'source\': "hf:o/a"\n\n  "new":\n    \'source\': "hf:a/b"',
        ),
        (
            "models:\n  a:\n    settings:\n      x: |\n        y\n\n\n# end\n",
            "models:\n  a:\n    settings:\n      x: |\n        y\n  new:\n    source: hf:a/b\n\n\n# end\n",
        ),
        (
            "models:\n  a:\n    settings:\n      x: |+\n        y\n\n# end\n",
            "models:\n  a:\n    settings:\n      x: |+\n        y\n\n  new:\n    source: hf:a/b\n# end\n",
        ),
    ],
)
def test_a_model_is_written_in_the_style_of_its_neighbours(before: str, after: str) -> None:
    start = b"version: 1\n"
    edit = added(start + before.encode(), "new", {"source": "hf:a/b"})
    assert edit.content.decode() == f"version: 1\n{after}"
    assert removed(edit.content, "new").content == start + before.encode()
    assert says(edit.content, start + before.encode(), {"new": {"source": "hf:a/b"}})


def test_json_is_a_manifest_too_and_stays_json() -> None:
    before = b'{"version": "1", "models": {"a": {"source": "hf:o/a"}}}'
    after = added(before, "new", {"source": "hf:a/b", "optional": "true"}).content
    assert after == (
        b'{"version": "1", "models": {"a": {"source": "hf:o/a"}, "new": {"source": "hf:a/b", "optional": true}}}'
    )


def test_line_ends_and_the_last_line_stay_as_they_are() -> None:
    before = b"\xef\xbb\xbfversion: 1\r\nmodels:\r\n  a:\r\n    source: hf:o/a"
    edit = added(before, "new", {"source": "hf:a/b"})
    assert edit.content == before + b"\r\n\r\n  new:\r\n    source: hf:a/b"
    assert (edit.line, edit.piece) == (6, "  new:\n    source: hf:a/b")
    assert removed(edit.content, "new").content == before


COMMENTED = """
    version: 1
    # of all models
    models: # of these
      # of a

      # also of a
      a:
        source: hf:o/a # where

        # variants:
        #   - none yet
    # far left, of none
      # --- speech ---

      # of b
      b: {source: hf:o/b} # short

      # of c
      # and more of c
      c:
        # inside c
        source: hf:o/c
       # deeper than c

      # the end of the models
    # of the mirrors
    mirrors: []
    """


def test_a_comment_goes_with_the_model_that_it_stands_above_or_in() -> None:
    assert remove(COMMENTED, "a").encode() == text("""
        version: 1
        # of all models
        models: # of these
          # of a

        # far left, of none
          # --- speech ---

          # of b
          b: {source: hf:o/b} # short

          # of c
          # and more of c
          c:
            # inside c
            source: hf:o/c
           # deeper than c

          # the end of the models
        # of the mirrors
        mirrors: []
        """)


def test_what_belongs_to_the_next_model_and_headings_stay() -> None:
    after = remove(COMMENTED, "b")
    assert "# --- speech ---\n\n  # of c\n  # and more of c\n  c:" in after
    assert "of b" not in after
    assert "short" not in after


def test_what_stands_after_the_last_model_stays() -> None:
    after = remove(COMMENTED, "c")
    assert after.endswith("  b: {source: hf:o/b} # short\n\n  # the end of the models\n# of the mirrors\nmirrors: []\n")
    assert "of c" not in after
    assert "deeper" not in after


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("{a: {source: x}, b: {source: y}, c: {source: z}}", "a", "{b: {source: y}, c: {source: z}}"),
        ("{a: {source: x}, b: {source: y}, c: {source: z}}", "b", "{a: {source: x}, c: {source: z}}"),
        ("{a: {source: x}, b: {source: y}, c: {source: z} }", "c", "{a: {source: x}, b: {source: y} }"),
        ("{a: {source: x},b: {source: y},}", "b", "{a: {source: x},}"),
        ("{a: {source: 'x,#'}, # of a\n b: {source: y}}", "b", "{a: {source: 'x,#'} # of a\n}"),
        ("{a: {source: x} # not, this\n , b: {source: y}}", "a", "{b: {source: y}}"),
        ("{\n # of a\n a: {source: x}, # too\n\n b: {source: y}\n}", "a", "{\n b: {source: y}\n}"),
        ("{\n a: {source: x}, # of a\n b: {source: y} # of b\n}", "b", "{\n a: {source: x} # of a\n}"),
        ("{\n a: {source: x}\n ,\n b: {source: y}\n}", "b", "{\n a: {source: x}\n \n}"),
    ],
)
def test_one_comma_goes_with_a_model_between_brackets(before: str, name: str, after: str) -> None:
    assert (
        removed(f"version: 1\nmodels: {before}\n".encode(), name).content.decode() == f"version: 1\nmodels: {after}\n"
    )


def test_of_two_gaps_around_a_model_the_wider_stays() -> None:
    before = "version: 1\nmodels:\n  a: {source: hf:o/a}\n{}  b: {source: hf:o/b}\n{}  c: {source: hf:o/c}\n"
    for above, below in ((0, 1), (1, 0), (1, 1), (2, 1), (1, 2)):
        after = removed(before.replace("{}", "\n" * above, 1).replace("{}", "\n" * below).encode(), "b").content
        assert after.decode() == before.replace("{}  b: {source: hf:o/b}\n{}", "\n" * max(above, below))


def test_a_change_of_anything_else_is_noticed() -> None:
    before = b"version: 1\nmodels:\n  a: {source: hf:o/a, settings: {x: 1}}\n  b: {source: hf:o/b}\n"
    assert says(before, before, {})
    for old, new in (("x: 1", "x: '1'"), ("hf:o/a", "hf:o/c"), ("  a", "  c"), ("version: 1", "version: 1\ncache: c")):
        assert not says(before.decode().replace(old, new).encode(), before, {})
    assert not says(before, before, {"a": None})
    assert not says(before, before, {"new": {"source": "hf:a/b"}})
    swapped = b"version: 1\nmodels:\n  b: {source: hf:o/b}\n  a: {source: hf:o/a, settings: {x: 1}}\n"
    assert not says(swapped, before, {})


@pytest.mark.parametrize("loader", [pytest.param(FASTEST, id="libyaml"), pytest.param(yaml.BaseLoader, id="python")])
def test_both_scanners_say_where_things_end(loader: type[yaml.BaseLoader], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "FASTEST", loader)
    root = outline(b"a: {b: c} # d\ne:\n- f\n- |\n  g\n\n# h\ni: 'j\n\n  k' # l\nm: |+\n  n\n\n")
    ends = {key.text: value.last_line + 1 for key, value in root.entries}
    assert ends == {"a": 1, "e": 5, "i": 10, "m": 13}
    assert [value.style for _, value in root.entries] == ["{", "", "'", "|"]
    assert root.entries[1][1].ending.text == "g\n"
