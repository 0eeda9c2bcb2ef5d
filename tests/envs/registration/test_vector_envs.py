"""Factories of the forms of other libraries where the library is not installed."""

import importlib.util

import pytest

import stigmergy


@pytest.mark.parametrize(
    ("factory", "library", "extra"),
    [("sb3_vec_env", "stable_baselines3", "sb3"), ("torchrl_env", "torchrl", "torchrl")],
)
def test_a_missing_library_is_told_in_a_sentence(factory, library, extra, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "stigmergy.envs.registration.vector_envs.find_spec", lambda name: None if name == library else found(name)
    )
    with pytest.raises(stigmergy.UserError) as caught:
        getattr(stigmergy, factory)("games/switch-v0")
    expected = (
        f"{factory} needs {library}, which is not installed; python -m pip install 'stigmergy[{extra}]' installs it"
    )
    assert str(caught.value) == expected
