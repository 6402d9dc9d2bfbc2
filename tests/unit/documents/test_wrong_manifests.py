"""One mistake each: where it is, what is said of it, and what to do."""

import pytest

from tests.unit.documents.reading import marked, problems_of


def _model(lines: str) -> str:
    return f"version: 1\nmodels:\n  m:\n    source: hf:org/name\n    {lines}\n"


def _source(line: str) -> str:
    return f"version: 1\nmodels:\n  m:\n    {line}\n"


def _top(lines: str) -> str:
    return f"version: 1\n{lines}\nmodels:\n  m: {{source: hf:org/name}}\n"


YAML = [
    ("a tab", "version: 1\nmodels:\n«\t»m: x\n", "a tab in the indentation", "spaces"),
    ("a comparison without quotes", _model("when: {vram: «>»=8GB}"), "cannot begin with '>'", "quote this value"),
    ("a range without quotes", _model("version: «>»=5,<7"), "cannot begin with '>'", "quote this value"),
    ("a bound without quotes", _model("version: «>5»\n    category: x"), "'>' begins a text", "quote this value"),
    ("a glob without quotes", _model("files: {include: [«*».bin]}"), "cannot begin with '*'", "quote this value"),
    (
        "a glob of two stars",
        _model("files:\n      include:\n      - «*»*"),
        "cannot begin with '*'",
        "quote this value",
    ),
    ("a word after a star", _model("category: «*bin»"), "an alias ('*bin')", 'quote this value: "*bin"'),
    ("a percent sign first", _model("category: «%»x"), "cannot begin with '%'", "quote this value"),
    ("an at sign first", _model("category: «@»x"), "cannot begin with '@'", "quote this value"),
    ("a backtick first", _model("category: «`»x`"), "cannot begin with '`'", "quote this value"),
    ("a pipe first", _model("category: «|»x"), "cannot begin with '|'", "quote this value"),
    ("an exclamation mark first", _model("version: «!=3»"), "a tag ('!=3')", "quote this value"),
    ("a tag", _model("category: «!!str» x").replace("«!!str»", "«!!str»"), "a tag ('!!str')", "quote this value"),
    ("an anchor", _model("category: «&x» x"), "an anchor ('&x')", "quote this value"),
    ("a merge key", _model("«<<»: {category: x}"), "a merge key", "write the keys out"),
    ("a directive", "«%YAML 1.1»\n---\nversion: 1\n", "a directive", "quote this value"),
    ("a second document", _model("category: x") + "«---»\nversion: 1\n", "a second document", "remove the '---'"),
    ("a key written twice", _model("category: x\n    «category»: y"), "'category' is written twice", "is in line 5"),
    ("a list as a key", _model("? «[»a]\n    : x"), "a key must be a text", "key: value"),
    ("an empty key", _model("«''»: x"), "a key is empty", "key: value"),
    ("no key before a colon", _model("settings: {«:» x}"), "a key is empty", "key: value"),
    ("null as a key", _model("settings: {«~»: x}"), "a key is empty", "key: value"),
    ("no value", _model("«needs»:"), "'needs' has no value", "leave the key out"),
    ("no value in a list", _model("allow:\n      -« »"), "an item of the list has no value", "leave the key out"),
    ("a tilde for nothing", _model("settings: {a: «~»}"), "'a' cannot be ~", "leave the key out"),
    ("null for nothing", _model("settings: {a: [«null»]}"), "an item of the list cannot be null", "leave the key out"),
    ("no space after a colon", _model("needs: {«ram:4GB»}"), "'ram:4GB' has no value", "a space after ':'"),
    ("a colon in a value", _model("category: a«:» b"), "a ':' where none can be", "quote a value"),
    ("an open bracket", _model("allow: «[»pickle"), "'[' and not closed", "close it"),
    ("an open brace", _model("needs: «{»ram: 4GB"), "'{' and not closed", "close it"),
    ("an open quote", _model('category: «"»x'), "a quote is opened", "close it"),
    ("text after a quote", _model("category: 'it'«s»'"), "text after the end of a value", "quote the whole"),
    ("a wrong indentation", _model("category: x\n   «o»ptional: true"), "the indentation fits nothing", "align"),
    ("an unknown escape", _model('category: "a«\\»q"'), "an unknown escape", "single quotes"),
    ("an escaped control character", _model('category: «"a\\x07b"»'), "U+0007 is not allowed", "remove it"),
    ("a control character", _model("category: a«\x07»b"), "U+0007 is not allowed", "remove it"),
    ("a NUL", _model("category: a«\x00»b"), "U+0000 is not allowed", "remove it"),
    ("text that reads backwards", _model("category: a«\u202e»b"), "U+202E is not allowed", "remove it"),
    ("a lone carriage return", "version: 1«\r»models: x\n", "U+000D is not allowed", "LF or CRLF"),
    ("nothing at all", "«»", "the manifest is empty", "the README"),
    ("only a comment", "«#» nothing\n", "the manifest is empty", "the README"),
    ("an empty document", "«-»--\n", "the manifest is empty", "the README"),
]

SHAPES = [
    ("a list", "«-» version: 1\n", "the manifest takes a mapping", "version: 1"),
    ("a text", "«version:1»\n", "the manifest takes a mapping", "a space after ':'"),
    ("a text for a model", "version: 1\nmodels: {m: «hf:a/b»}\n", "'m' takes a mapping", "{source: hf:a/b}"),
    ("a text for a mapping", _model("needs: «4GB»"), "'needs' takes a mapping", "key: value"),
    ("a list for a mapping", _model("«files»: ['*.bin']"), "'files' takes a mapping", "key: value"),
    ("a text for a list", _model("requires: «torch>=2»"), "'requires' takes a list", '["torch>=2"]'),
    ("a mapping for a text", _model("«category»: {a: b}"), "'category' takes a text", "one value"),
    ("a text for a variant", _source("variants: [«hf:a/b»]"), "each of 'variants' takes a mapping", "{source: hf:a/b}"),
    ("a text for a selector", _model("when: «cuda»"), "'when' takes a mapping of facts", "{accelerator: cuda}"),
]

FORMAT = [
    ("no version", "«m»odels:\n  m: {source: hf:a/b}\n", "'version' is missing", "'version: 1'"),
    ("a version of the future", "version: «2»\nstores: x\n", "version 2 of the manifest", "newer release"),
    ("a version of no time", "version: «0»\nstores: x\n", "reads version 1", "write version: 1"),
    ("a version that is no number", "version: «one»\nmodels: {m: {source: hf:a/b}}\n", "cannot be 'one'", "version: 1"),
    ("no models", "«v»ersion: 1\n", "'models' is missing", "'models:'"),
    ("models that are none", "version: 1\n«models»: {}\n", "'models' is empty", "at least one"),
    ("a misspelt key", "version: 1\n«modles»: {m: {source: hf:a/b}}\n", "unknown key 'modles'", "'models'"),
    ("a key of nothing like it", _top("«xyz»: 1"), "unknown key 'xyz'", "known: budget"),
    ("a mirror that is no list", _top("mirrors: «/mnt/a»"), "'mirrors' takes a list", '["/mnt/a"]'),
    ("a mirror of no kind", _top("mirrors: [«s3://a/b»]"), "unknown kind of mirror 's3'", "known: file, hf"),
    ("a host for a mirror", _top("mirrors: [«hub.example/a»]"), "cannot be 'hub.example/a'", "https://"),
    ("a mirror with a password", _top("mirrors: [«'https://u:p@a/b'»]"), "holds credentials", "without"),
]

FACTS = [
    ("an unknown fact", _top("profiles: {ci: {«vramm»: 1GB}}"), "unknown fact 'vramm'", "'vram'"),
    ("an unknown word", _top("profiles: {ci: {os: «linus»}}"), "'os' cannot be 'linus'", "'linux'"),
    ("an alias of a word", _top("profiles: {ci: {arch: «amd64»}}"), "'arch' cannot be 'amd64'", "'arm64'"),
    ("no size", _top("profiles: {ci: {ram: «lots»}}"), "'ram' cannot be 'lots'", "6.4GB"),
    ("no count", _top("profiles: {ci: {cores: «0»}}"), "'cores' cannot be '0'", "like 8"),
    ("no version", _top("profiles: {ci: {cuda: «new»}}"), "'cuda' cannot be 'new'", "12.8"),
    ("no name", _top("profiles: {«'my ci'»: {ram: 1GB}}"), "'my ci' is not a name", "1 to 64"),
    ("a share without its sign", _top("budget: {ram: «75»}"), "'ram' cannot be '75'", "1% to 100%"),
    ("a share of nothing", _top("budget: {ram: «0%»}"), "'ram' cannot be '0%'", "1% to 100%"),
    ("more than all", _top("budget: {ram: «101%»}"), "'ram' cannot be '101%'", "1% to 100%"),
    ("a share of what none is of", _top("budget: {«disk»: 5%}"), "unknown key 'disk'", "known: ram, vram"),
    ("a verdict", _top("policy: {pickle: «alow»}"), "'pickle' cannot be 'alow'", "'allow'"),
    ("the other spelling", _top("policy: {«licences»: {allow: [mit]}}"), "unknown key 'licences'", "'licenses'"),
    ("no licence", _top("policy: {licenses: {deny: [«''»]}}"), "'deny' cannot be ''", "1 to 64"),
]

CACHE = [
    ("absolute", _top("cache: «/tmp»"), "it is absolute", "folder in the project"),
    ("outside", _top("cache: «../x»"), "'cache' cannot be '../x'", "folder in the project"),
    ("the project itself", _top("cache: «.»"), "'cache' cannot be '.'", "folder in the project"),
    ("git's own", _top("cache: «.GIT/x»"), "git's own folder", "folder in the project"),
    ("git's own by its short name", _top("cache: «a/git~1»"), "git's own folder", "folder in the project"),
    ("a drive", _top("cache: «'C:\\x'»"), "a character that some system refuses", "folder in the project"),
]

NAMES = [
    ("a space", "version: 1\nmodels: {«'a b'»: {source: hf:a/b}}\n", "'a b' is not a name", "1 to 64"),
    ("65 characters", f"version: 1\nmodels: {{«{'a' * 65}»: {{source: hf:a/b}}}}\n", "is not a name", "1 to 64"),
    ("a device", "version: 1\nmodels: {«con»: {source: hf:a/b}}\n", "reserves for a device", "choose another"),
    ("a dot last", "version: 1\nmodels: {«a.»: {source: hf:a/b}}\n", "ends in a space or dot", "choose another"),
    (
        "two that differ in case",
        "version: 1\nmodels:\n  asr: {source: hf:a/b}\n  «ASR»: {source: hf:a/c}\n",
        "'ASR' and 'asr' are one name",
        "rename",
    ),
    ("of a model, twice", _model("«name»: x"), "unknown key 'name'", "the key above is the model's name"),
    (
        "of two variants",
        _source("variants:\n      - {source: hf:a/b, name: x}\n      - {source: hf:a/c, name: «x»}"),
        "two variants of 'm' are named 'x'",
        "the first is in line 5",
    ),
    (
        "of a repeated variant",
        _source("variants: [{source: hf:a/b, name: «'x#2'»}]"),
        "'name' cannot be 'x#2'",
        "letters",
    ),
]

MODELS = [
    ("no source", "version: 1\nmodels:\n  «m»: {category: x}\n", "neither a source nor variants", "hf:org/name"),
    ("a misspelt source", "version: 1\nmodels:\n  m: {«sorce»: hf:a/b}\n", "unknown key 'sorce'", "'source'"),
    ("no variants", _source("«variants»: []"), "'variants' is empty", "at least one"),
    ("a variant without a source", _source("variants:\n      - «c»ategory: x"), "a variant of 'm' has no", "source:"),
    (
        "a model's key on a variant",
        _source("variants: [{source: hf:a/b, «optional»: true}]"),
        "'optional' belongs to the model",
        "move it up",
    ),
    ("yes", _model("optional: «yes»"), "'optional' cannot be 'yes'", "true or false"),
    ("Python's true", _model("optional: «True»"), "'optional' cannot be 'True'", "true or false"),
    ("an unknown runtime", _model("runtime: «faster-wisper»"), "unknown runtime 'faster-wisper'", "'faster-whisper'"),
    ("an unknown exception", _model("allow: [«pickel»]"), "'allow' cannot be 'pickel'", "'pickle'"),
    ("a group that is no name", _model("group: «a b»"), "'a b' is not a name", "1 to 64"),
    ("a category of spaces", _model("category: «' '»"), "'category' cannot be ' '", "64 characters"),
    ("no requirement", _model("requires: [«a b»]"), "'requires' cannot be 'a b'", "faster-whisper>=1.0"),
    ("a requirement with an address", _model("requires: [«'a @ https://e/a'»]"), "a name and versions", "write"),
    ("a large number", _model("settings: {a: [«1234567890123456789»]}"), "'a' has a number of more", "quote it"),
    ("an endless number", _model("settings: {a: {b: «1e999»}}"), "'b' has a number beyond", "quote it"),
    ("needs of what none is of", _model("needs: {«disk»: 1GB}"), "unknown key 'disk'", "known: ram, vram"),
    ("needs that are no size", _model("needs: {vram: «6.4 gigs»}"), "'vram' cannot be '6.4 gigs'", "6.4GB"),
]

SELECTORS = [
    ("an unknown key", _model('when: {«vramm»: ">=8GB"}'), "unknown selector key 'vramm'", "did you mean 'vram'?"),
    ("an unknown word", _model("when: {os: «macos»}"), "'os' cannot be 'macos'", "known: darwin"),
    ("an unknown word in a list", _model("when: {os: [linux, «macos»]}"), "'os' cannot be 'macos'", "known: darwin"),
    ("no comparison", _model('when: {vram: «">8GB<24GB"»}'), "is not a comparison", ">=8GB,<24GB"),
    ("no version", _model('when: {cuda: «">=new"»}'), "'new' is not a version", ">=7.0"),
    ("deep within", _model("when: {not: {any: [{os: linux}, {«oss»: x}]}}"), "unknown selector key 'oss'", "'os'"),
    ("nothing to choose from", _model("when: {«any»: []}"), "'any' takes a list", ""),
    ("a mapping for a fact", _model("when: {«os»: {is: linux}}"), "'os' takes a word", "'any' and 'not'"),
]

SOURCES = [
    ("no kind", _source("source: «org/name»"), "cannot be 'org/name'", "hf:org/name"),
    ("an unknown kind", _source("source: «hff:org/name»"), "unknown source kind 'hff'", "'hf'"),
    ("three parts", _source("source: «hf:a/b/c»"), "cannot be 'hf:a/b/c'", "hf:organisation/name"),
    ("no name", _source("source: «'hf:'»"), "cannot be 'hf:'", "hf:organisation/name"),
    ("a dash first", _source("source: «hf:-a/b»"), "cannot be 'hf:-a/b'", "hf:organisation/name"),
    ("two dots", _source("source: «hf:a/b..c»"), "cannot be 'hf:a/b..c'", "hf:organisation/name"),
    ("a .git last", _source("source: «hf:a/b.git»"), "cannot be 'hf:a/b.git'", "hf:organisation/name"),
    ("97 characters", _source(f"source: «hf:{'a' * 97}»"), "'source' cannot be", "hf:organisation/name"),
    ("a revision within", _source("source: «hf:a/b@v1»"), "cannot be 'hf:a/b@v1'", "'revision: v1'"),
    ("a version within", _source("source: «pypi:a@>=1»"), "cannot be 'pypi:a@>=1'", "'version: >=1'"),
    ("no package", _source("source: «pypi:-a»"), "cannot be 'pypi:-a'", "name of a package"),
    ("another protocol", _source("source: «url:ftp://e/x»"), "cannot be 'url:ftp://e/x'", "https://"),
    ("no port", _source("source: «url:https://e:x/x»"), "cannot be 'url:https://e:x/x'", "https://"),
    ("no plain ASCII", _source("source: «url:https://e/ä»"), "cannot be 'url:https://e/ä'", "escaped"),
    ("a fragment", _source("source: «url:https://e/x#y»"), "cannot be 'url:https://e/x#y'", "'#'"),
    ("no file", _source("source: «url:https://e/x/»"), "names a file that is empty", "ends in its name"),
    ("a file no system takes", _source("source: «url:https://e/..%2fx»"), "names a file that has", "ends in its name"),
    ("credentials", _source("source: «url:https://user:pass@e/x»"), "'source' holds credentials", "without"),
    ("an absolute folder", _source("source: «file:/opt/x»"), "it is absolute", "file:./models/own"),
    ("a drive", _source("source: «file:C:/x»"), "it is absolute", "file:./models/own"),
    ("a home", _source("source: «file:~/x»"), "it is absolute", "file:./models/own"),
    ("the project", _source("source: «file:.»"), "cannot be 'file:.'", "file:./models/own"),
    ("a folder that climbs later", _source("source: «file:./a/../b»"), "`..` segment", "file:./models/own"),
]

REQUESTS = [
    ("a bare version", _model("version: «3.8.0»"), "'version' cannot be '3.8.0'", "write ==3.8.0"),
    ("any version", _model('version: «"*"»'), "'version' cannot be '*'", "leave the key out"),
    ("no comma", _model('version: «">=5 <7"»'), "'version' cannot be", "PEP 440"),
    ("a branch for a version", _model("version: «main»"), "'version' cannot be 'main'", "PEP 440"),
    ("version and revision", _model('version: ">=1"\n    «revision»: main'), "exclude each other", "keep one"),
    ("revision and version", _model('revision: main\n    «version»: ">=1"'), "exclude each other", "keep one"),
    ("a revision that climbs", _model("revision: «a/../b»"), "'revision' cannot be", "branch, tag or commit"),
    ("a revision git refuses", _model("revision: «a.lock»"), "no name that git takes", "branch, tag or commit"),
    ("an option for a revision", _model("revision: «--x»"), "'revision' cannot be '--x'", "branch, tag or commit"),
    ("a revision of a package", _source("source: pypi:a\n    «revision»: main"), "not for pypi:", "'version'"),
    ("a version of an address", _source("source: url:https://e/x\n    «version»: '>1'"), "not for url:", "no versions"),
    ("a version of a folder", _source("source: file:./x\n    «version»: '>1'"), "not for file:", "no versions"),
    ("a digest of a repository", _model(f"«sha256»: {'a' * 64}"), "not for hf:", "url: sources only"),
    ("a short digest", _source("source: url:https://e/x\n    sha256: «abc»"), "cannot be 'abc'", "64 hexadecimal"),
    ("an archive of a package", _source("source: pypi:a\n    «unpack»: true"), "not for pypi:", "url: sources only"),
    ("an index of a repository", _model("«index»: https://e/simple"), "not for hf:", "pypi: sources only"),
    ("no index", _source("source: pypi:a\n    index: «ftp://e»"), "cannot be 'ftp://e'", "https://"),
    (
        "an index with credentials",
        _source("source: pypi:a\n    index: «https://user:pass@e/simple»"),
        "'index' holds credentials",
        "pip's configuration",
    ),
    (
        "a default that fits no variant",
        _source("«revision»: main\n    variants: [{source: pypi:a}]"),
        "'revision' is not for pypi: sources",
        "in the variants that it is for",
    ),
    (
        "two licences of one artifact",
        _source("variants:\n      - {source: hf:a/b, license: mit}\n      - {source: hf:a/b, license: «gpl-3.0»}"),
        "'hf:a/b@main' is asked for twice, with a different 'license'",
        "the first is in line 5",
    ),
    (
        "an archive and a file",
        _source("variants:\n      - {source: url:https://e/x, unpack: true}\n      - {source: «url:https://e/x»}"),
        "'url:https://e/x' is asked for twice, with a different 'unpack'",
        "the first is in line 5",
    ),
    (
        "two indexes",
        _source("variants:\n      - {source: pypi:a, index: https://e}\n      - {source: pypi:a, index: «https://f»}"),
        "'pypi:a@*' is asked for twice, with a different 'index'",
        "the first is in line 5",
    ),
]

DEPENDENCIES = [
    ("an unknown kind", _model("depends: [«hff:a/b»]"), "unknown source kind 'hff'", "'hf'"),
    ("an empty revision", _model("depends: [«hf:a/b@»]"), "'revision' cannot be ''", "branch, tag or commit"),
    ("a branch of a package", _model("depends: [«'pypi:a@main'»]"), "'version' cannot be 'main'", "PEP 440"),
    ("no source", _model("depends: [«{»revision: main}]"), "'source' is missing", "hf:org/name"),
    ("an unknown key", _model("depends: [{source: hf:a/b, «when»: {}}]"), "unknown key 'when'", "known: revision"),
    ("both", _model("depends: [{source: hf:a/b, version: '>1', «revision»: x}]"), "exclude each other", "keep one"),
    ("a version of a folder", _model("depends: [{source: file:./x, «version»: '>1'}]"), "not for file:", "no versions"),
]

FILES = [
    ("a glob of nothing", _model("files: {include: [«''»]}"), "'include' cannot be ''", "pattern of paths"),
    ("an absolute glob", _model("files: {include: [«/a»]}"), "'include' cannot be '/a'", "pattern of paths"),
    ("a glob that climbs", _model("files: {exclude: [«../a»]}"), "'exclude' cannot be '../a'", "pattern of paths"),
    ("Windows' separator", _model("files: {exclude: [«'a\\b'»]}"), "'exclude' cannot be", "pattern of paths"),
    ("eleven stars", _model(f"files: {{include: [«'{'a*' * 11}'»]}}"), "at most 200 characters, 10 '*'", "two"),
    ("five double stars", _model(f"files: {{include: [«'{'**/' * 5}a'»]}}"), "and 4 '**'", "two"),
    ("a long glob", _model(f"files: {{include: [«{'a' * 201}»]}}"), "at most 200 characters", "two"),
    ("a list of nothing", _model("files: {«include»: []}"), "'include' is empty", "leave the key out"),
]

GROUPS = {
    "yaml": YAML,
    "shape": SHAPES,
    "format": FORMAT,
    "facts": FACTS,
    "cache": CACHE,
    "name": NAMES,
    "model": MODELS,
    "selector": SELECTORS,
    "source": SOURCES,
    "request": REQUESTS,
    "dependency": DEPENDENCIES,
    "files": FILES,
}
CASES = [
    pytest.param(text, message, hint, id=f"{group}: {name}")
    for group, cases in GROUPS.items()
    for name, text, message, hint in cases
]


@pytest.mark.parametrize(("text", "message", "hint"), CASES)
def test_a_mistake_is_named_at_its_place_with_a_hint(text: str, message: str, hint: str) -> None:
    expected = marked(text)
    (problem,) = problems_of(expected.text.encode())
    assert message in problem.message
    assert hint in (problem.hint or "")
    assert (problem.line, problem.column, problem.width) == (expected.line, expected.column, expected.width)
    assert problem.file == "models.yaml"


def test_the_line_of_a_problem_is_shown_as_written() -> None:
    (problem,) = problems_of(b"version: 1\r\nmodels:\r\n  m: {sorce: hf:a/b}   # why\r\n")
    assert problem.source == "  m: {sorce: hf:a/b}   # why"


def test_credentials_in_an_address_are_not_shown() -> None:
    for line in (
        "source: url:https://user:pa55@e/x",
        "source: url:ftp://user:pa55@e/x",
        "category: {a: http://pa55@e}",
    ):
        for problem in problems_of(_source(line).encode()):
            assert "pa55" not in f"{problem.message} {problem.source} {problem.hint}"
