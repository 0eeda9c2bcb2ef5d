"""Snippets of docs/interop.md and the matrix; each runs here where its library is installed."""

import pytest

from stigmergy.envs import environments
from tests.interop import __main__ as entry
from tests.interop import matrix_page, results, snippets

IDS = ["dilemmas/cleanup_among_eaters-v0", "games/matrix-v0", "pursuit/tag-v0"]


def test_every_library_has_one_snippet_that_names_one_id():
    codes = snippets.snippets()
    assert set(codes) == set(snippets.LIBRARIES)
    for name, code in codes.items():
        compile(snippets.with_id(code, "games/matrix-v0"), name, "exec")
        assert '"games/matrix-v0"' in snippets.with_id(code, "games/matrix-v0")


@pytest.mark.parametrize("code", ["x = 1", 'make("games/matrix-v0"); make("games/switch-v0")'])
def test_a_snippet_without_an_id_of_its_own_would_be_found(code):
    with pytest.raises(ValueError, match="a snippet names one id"):
        snippets.with_id(code, "games/matrix-v0")


def test_every_environment_has_its_requirements():
    folder = snippets.ROOT / "tests/interop/requirements"
    assert {path.stem for path in folder.glob("*.txt")} == {own.environment for own in snippets.LIBRARIES.values()}


def test_errors_are_outcomes(monkeypatch):
    monkeypatch.setattr(
        snippets, "snippets", lambda: {"sb3": 'id = "games/matrix-v0"\nraise ValueError(f"{id}\\n  no")'}
    )
    assert snippets.outcome("sb3", "games/switch-v0") == "ValueError: games/switch-v0 no"
    monkeypatch.setattr(snippets, "snippets", lambda: {"sb3": 'id = "games/matrix-v0"'})
    assert snippets.outcome("sb3", "games/switch-v0") == "ok"


def test_outcomes_are_recorded_one_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    results.record("sb3", "games/two_step-v0", "ok", {"torch": "2"})
    results.record("sb3", "games/matrix-v0", "ValueError: no", {"torch": "3"})
    record = results.read("sb3")
    assert record["outcomes"] == {"games/matrix-v0": "ValueError: no", "games/two_step-v0": "ok"}
    assert record["versions"] == {"torch": "3"}


def test_the_matrix_numbers_reasons():
    none = {"outcomes": {}}
    record = {"date": "2026-12-01", "versions": {"torch": "2"}}
    found = dict.fromkeys(snippets.LIBRARIES, none) | {
        "sb3": record | {"outcomes": {"a-v0": "ok", "b-v0": "ValueError: a|b"}},
        "skrl": record | {"outcomes": {"a-v0": "ValueError: a|b"}},
    }
    page = matrix_page.text(found, ["a-v0", "b-v0"])
    assert "| Stable-Baselines3 | 1 of 2 | torch 2 | 2026-12-01 |" in page
    assert "| `a-v0` | yes | no (1) |\n| `b-v0` | no (1) | not run |" in page
    assert page.endswith("1. `ValueError: a/b`\n")


def test_the_matrix_is_that_of_the_results():
    assert matrix_page.PATH.read_text() == matrix_page.expected(), "python -m tests.interop page renews it"


def test_every_recorded_id_plays_in_sb3_and_torchrl():
    ids = {registration.name for registration in environments}
    for name in ("sb3", "torchrl"):
        outcomes = results.read(name)["outcomes"]
        assert len(outcomes) > 50
        assert {id: said for id, said in outcomes.items() if said != "ok" and id in ids} == {}


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run"], ["run", "sb4"]])
def test_mistakes_end_with_status_2(arguments, capsys):
    assert entry.main(arguments) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("name", snippets.LIBRARIES)
def test_a_snippet_runs(name, id):
    if not snippets.installed(name) or name == "cleanrl":  # whose programs are no package
        pytest.skip(f"{snippets.LIBRARIES[name].title} is not installed")
    assert snippets.outcome(name, id) == "ok"
