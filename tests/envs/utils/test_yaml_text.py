"""YAML of other people: plain values, or one sentence."""

import pytest
import yaml

from stigmergy.envs.errors import BadParameter
from stigmergy.envs.utils.yaml_text import parse_yaml, write_yaml

PLAIN = {"a": [1, 2.5, None, True, "text", "1e5"], "b": {"c": {}, "d": []}, 3: "x", "drawing": "..#\n.#."}
LAUGHS = "a: &a [x, x]\n" + "\n".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi"))


def test_plain_values_go_there_and_back():
    assert parse_yaml(write_yaml(PLAIN), "it") == PLAIN == yaml.safe_load(write_yaml(PLAIN))
    shared = [1, 2]
    assert parse_yaml(write_yaml({"a": shared, "b": shared}), "it") == {"a": [1, 2], "b": [1, 2]}
    assert parse_yaml("\ufeffa: 1\n# nothing else", "it") == {"a": 1}
    assert parse_yaml("", "it") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LAUGHS, r"line 2, .*alias \*a"),
        ("a: &a {x: 1}\nb: {<<: *a}", r"line 2, .*alias \*a"),
        ("a: &a [*a]", r"line 1, .*alias \*a"),
        ("a: 1\nb: 2\na: 3", "line 3, the key 'a' stands there twice"),
        ("a: {b: 1, b: 1}", "line 1, the key 'b'"),
        ("[" * 20_000, "nested more than"),
        ("- " * 200 + "x", "nested more than"),
        ("a: [\nb: }", "line 2"),
        ("a: !!python/object/apply:os.system ['touch ran']", "line 1, .*python"),
        ("a: 2024-13-45", "month"),
        ("a: \x00", "special characters|not allowed"),
        ("? [1]\n: 2", "line 1"),
        ("a: 1\n--- \nb: 2", "line 2"),
        ("a: " + "9" * 10_000, "4300"),
    ],
    ids=lambda value: value[:20],
)
def test_anything_else_is_one_sentence(text, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadParameter, match=f"^it .*(?:{words})") as caught:
        parse_yaml(text, "it")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
