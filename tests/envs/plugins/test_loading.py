"""Plugins find what lies beside them, do not mix, and fail in one sentence."""

import py_compile
import sys
from pathlib import Path

import pytest
from numba import config

from stigmergy.envs.errors import CannotImport
from stigmergy.envs.kernels import cache
from stigmergy.envs.plugins.loading import find_given, import_given
from stigmergy.envs.plugins.sources import sources_of_file, sources_of_module
from stigmergy.envs.registration.make import make
from stigmergy.envs.registration.registry import environments, load_given, load_plugin


def write(folder: Path, **texts: str) -> Path:
    """Write modules; `a__b` is the module b of the package a, `a__init` that package's own file."""
    for name, text in texts.items():
        parts = ["__init__" if part == "init" else part for part in name.split("__")]
        path = folder.joinpath(*parts).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_neighbours_are_found_and_those_of_two_folders_do_not_mix(tmp_path):
    modules = []
    for letter in "ab":
        folder = write(
            tmp_path / letter,
            **{f"mix_{letter}": "import mixed\nfrom mixed_pkg import deep\nimport mixed_pkg.deep as again\nNAMES = mixed.NAME, deep.NAME, again.NAME\n"
               "def late():\n    import mixed_late\n    return mixed_late.NAME\n"},
            mixed=f"NAME = {letter!r}",
            mixed_late=f"NAME = {letter!r}",
            mixed_pkg__init="",
            mixed_pkg__deep="from .inner import NAME",
            mixed_pkg__inner="import mixed\nfrom mixed_pkg import below\nNAME = mixed.NAME + below.NAME",
            mixed_pkg__below=f"NAME = {letter!r}",
        )  # fmt: skip
        modules.append(import_given(str(folder / f"mix_{letter}.py"), "it"))
    assert [module.NAMES for module in modules] == [("a", "aa", "aa"), ("b", "bb", "bb")]
    assert [module.late() for module in modules] == ["a", "b"]
    assert not {str(tmp_path / letter) for letter in "ab"} & set(sys.path)


def test_a_neighbour_by_its_name_and_one_that_is_registered_by_a_string(tmp_path):
    text = "import importlib, stigmergy\nother = importlib.import_module('named_neighbour')\nstigmergy.register_environment('by_string-v0', 'string_neighbour:target')"
    write(tmp_path, names_neighbours=text, named_neighbour="NAME = 1", string_neighbour="target = 2")
    module = import_given(str(tmp_path / "names_neighbours.py"), "it")
    assert module.other.NAME == 1
    assert environments.find("by_string-v0").load() == 2
    assert set(sources_of_file(tmp_path / "names_neighbours.py").files) == {
        "names_neighbours.py",
        "named_neighbour.py",
        "string_neighbour.py",
    }


def test_neighbours_never_stand_for_python_or_for_what_this_package_is_built_on(tmp_path):
    write(
        tmp_path, shadows="import random, numpy\nFILES = random.__file__, numpy.__file__", random="1 / 0", numpy="1 / 0"
    )
    module = import_given(str(tmp_path / "shadows.py"), "it")
    assert not [file for file in module.FILES if file.startswith(str(tmp_path))]
    assert sources_of_file(tmp_path / "shadows.py").files == ("shadows.py",)


def test_a_module_of_the_current_folder_is_found_where_the_user_names_it(tmp_path, monkeypatch):
    write(tmp_path, here_pkg__there="import here_helper\nfrom . import side", here_pkg__side="", here_helper="NAME = 5")
    write(tmp_path, random="1 / 0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path not in ("", str(tmp_path))])
    assert import_given("here_pkg.there", "it").here_helper.NAME == 5
    assert import_given("random", "it") is sys.modules["random"]
    with pytest.raises(CannotImport, match="here_helper"):
        make("pettingzoo:here_helper_not")
    assert find_given("here_pkg.there").files == ("here_helper.py", "here_pkg/side.py", "here_pkg/there.py")


def test_packages_around_a_module_are_not_imported_to_find_it(tmp_path, monkeypatch):
    write(tmp_path, around__init="1 / 0", around__within__init="1 / 0", around__within__module="1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    assert sources_of_module("around.within.module").main == "around/within/module.py"
    assert sources_of_module("around.absent") is None
    assert sources_of_module("numpy.linalg").installed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import numpy as np\nFLOAT = np.no_such_name", "AttributeError"),
        ("raise SystemExit(0)", "SystemExit"),
        ("import sys; sys.exit('bye')", "SystemExit: bye"),
        ("def f(:", "SyntaxError"),
        ("class Own(BaseException): pass\nraise Own('two\\nlines')", "Own: two lines"),
        ("raise ValueError('x' * 9999)", r"x\.\.\."),
    ],
)
@pytest.mark.parametrize("way", ["plugin", "pettingzoo"])
def test_modules_that_fail_to_import_are_told_in_one_sentence(tmp_path, monkeypatch, text, words, way):
    write(tmp_path, fails_to_import=text)
    monkeypatch.syspath_prepend(tmp_path)
    load, name = {
        "plugin": (load_plugin, str(tmp_path / "fails_to_import.py")),
        "pettingzoo": (make, "pettingzoo:fails_to_import"),
    }[way]
    with pytest.raises(CannotImport, match=words) as error:
        load(name)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 700
    assert "fails_to_import" in str(error.value)
    assert "fails_to_import" not in sys.modules


def test_bytecode_beside_a_plugin_is_not_executed(tmp_path):
    cache = tmp_path / "__pycache__"
    write(tmp_path, has_bytecode="NAME = 'source'")
    tag = sys.implementation.cache_tag
    assert import_given(str(tmp_path / "has_bytecode.py"), "it").NAME == "source"
    (tmp_path / "other.py").write_text("NAME = 'bytes'")
    py_compile.compile(
        str(tmp_path / "other.py"),
        cfile=str(cache / f"has_bytecode.{tag}.pyc"),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    write(tmp_path, has_bytecode="NAME = 'source'  # again")
    assert import_given(str(tmp_path / "has_bytecode.py"), "it").NAME == "source"


def test_bytecode_without_a_source_is_not_executed(tmp_path):
    write(
        tmp_path,
        asks_bytecode="import without_source",
        without_source__init="from . import hidden",
        other="NAME = 1",
    )
    py_compile.compile(str(tmp_path / "other.py"), cfile=str(tmp_path / "without_source" / "hidden.pyc"))
    with pytest.raises(CannotImport, match="hidden"):
        import_given(str(tmp_path / "asks_bytecode.py"), "it")


def test_hostile_sources_are_read_without_harm(tmp_path):
    texts = ("(" * 5000, "a" + ".b" * 50_000 + "()", "x = '" + "y" * 100_000 + "'", "\0", "import " + "a." * 3000 + "b")
    for number, text in enumerate(texts):
        write(tmp_path, **{f"hostile_{number}": text})
        assert sources_of_file(tmp_path / f"hostile_{number}.py").files == (f"hostile_{number}.py",)


def test_a_folder_of_modules_without_init(tmp_path, monkeypatch):
    write(tmp_path, plain_folder__world="from . import side", plain_folder__side="")
    monkeypatch.chdir(tmp_path)
    assert import_given("plain_folder.world", "it").__name__ == "plain_folder.world"
    write(tmp_path, none_here__env="")
    import_given("none_here", "it")
    with pytest.raises(CannotImport, match="neither parallel_env"):
        make("pettingzoo:none_here")


def test_a_plugin_that_was_edited_is_loaded_anew_and_keeps_its_names(tmp_path):
    path = tmp_path / "edited.py"
    for value in (1, 2, 1):
        text = "import stigmergy, edited_helper\n@stigmergy.register_environment('edited-v0')\ndef make():\n    return edited_helper.VALUE\n"
        write(tmp_path, edited=text, edited_helper=f"VALUE = {value}")
        load_plugin(str(path))
        assert environments.find("edited-v0").load()() == value


def test_a_plugin_of_the_same_file_name_takes_over_but_not_within_one_call(tmp_path):
    text = "import stigmergy\n@stigmergy.register_environment('taken-v0')\ndef make():\n    return {}\n"
    paths = [write(tmp_path / letter, takes=text.format(repr(letter))) / "takes.py" for letter in "ab"]
    load_plugin(str(paths[0]))
    load_plugin(str(paths[1]))
    assert environments.find("taken-v0").load()() == "b"
    load_plugin(str(paths[0]))
    assert environments.find("taken-v0").load()() == "a"
    write(tmp_path, other_name=text.format(3))
    with pytest.raises(CannotImport, match="registered already"):
        load_plugin(str(tmp_path / "other_name.py"))
    for letter in "cd":
        write(tmp_path / letter, twice=text.format(repr(letter)).replace("taken", "twice"))
    with pytest.raises(CannotImport, match="registered already"):
        load_given([str(tmp_path / letter / "twice.py") for letter in "cd"])


def test_the_digest_covers_all_that_is_executed_and_data_that_is_named(tmp_path):
    write(tmp_path, digested="import part\nopen('table.txt')", part="import far", far="", unrelated="")
    (tmp_path / "table.txt").write_text("1")
    (tmp_path / "other.txt").write_text("1")
    found = sources_of_file(tmp_path / "digested.py")
    assert found.files == ("digested.py", "far.py", "part.py", "table.txt")
    for name in ("far.py", "table.txt"):
        (tmp_path / name).write_text("# changed")
        again = sources_of_file(tmp_path / "digested.py")
        assert again.digest != found.digest
        found = again
    for name in ("unrelated.py", "other.txt"):
        (tmp_path / name).write_text("# changed")
    assert sources_of_file(tmp_path / "digested.py").digest == found.digest
    copy = tmp_path / "copy"
    for name in found.files:
        copy.mkdir(exist_ok=True)
        (copy / name).write_bytes((tmp_path / name).read_bytes())
    assert sources_of_file(copy / "digested.py").digest == found.digest


def test_compiled_kernels_beside_a_plugin_are_not_used(tmp_path, monkeypatch):
    """Files in Numba's cache are unpickled, so a stranger's would run."""
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path / "cache")
    folder = write(
        tmp_path / "run",
        has_kernels="from stigmergy.envs.kernels import njit\nimport kernel_neighbour\n@njit(cache=True)\ndef kernel():\n    return kernel_neighbour.VALUE\n",
        kernel_neighbour="VALUE = 1",
    )
    assert import_given(str(folder / "has_kernels.py"), "it").kernel() == 1
    assert not list(folder.rglob("*.nb?"))
    assert list((tmp_path / "cache").rglob("*.nb?"))
    write(
        folder, kernel_neighbour="VALUE = 20"
    )  # a callee's constant: the key covers it though the plugin's own file is unchanged
    assert import_given(str(folder / "has_kernels.py"), "it").kernel() == 20
    only_numba = write(
        tmp_path / "other", only_numba="from numba import njit\n@njit(cache=True)\ndef kernel():\n    return 3\n"
    )
    assert import_given(str(only_numba / "only_numba.py"), "it").kernel() == 3
    assert not list(only_numba.rglob("*.nb?"))


def test_a_very_large_package_is_not_kept_but_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr("stigmergy.envs.plugins.sources.MOST_FILES", 3)
    monkeypatch.syspath_prepend(tmp_path)
    write(tmp_path, large__init="", large__a="NAME = 1", large__b="", large__c="")
    found = sources_of_module("large.a")
    assert found.installed
    assert found.files == ("large/__init__.py", "large/a.py")
    assert import_given("large.a", "it").NAME == 1
