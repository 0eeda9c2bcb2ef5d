"""The comparison of training with another revision covers every learner, and tells equal training
from different.
"""

import shutil
import sys

import pytest

from tests.algorithms.support.every_learner import every_learner
from tests.traces.cases import TRAINING, algorithms, cases
from tests.traces.compare import ROOT, Failed, install, run_program, train, unmatched, verdicts

PROJECT_FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE")
FLOORS = ("envs", "algorithms", "training", "stigmergy", "configs")


def test_every_learner_has_a_case():
    covered = set().union(*map(algorithms, cases().values()))
    assert not every_learner().keys() - covered, "add cases of these learners in tests/traces/cases.py"


def test_each_case_is_of_three_updates():
    steps = TRAINING["num_envs"] * TRAINING["rollout_length"]
    assert TRAINING["total_steps"] == 3 * steps
    assert all(config["training"] == TRAINING for config in cases().values())


def test_equal_training_is_told_from_training_with_another_seed():
    config = cases()["two groups, a script and iql"]
    other = config | {"training": TRAINING | {"seed": TRAINING["seed"] + 1}}
    trained = train({"one": config, "again": config, "other": other, "broken": config | {"environment": "nowhere-v0"}})
    one, again, other, broken = trained["traces"].values()
    assert one == again
    assert {"iql", "flee"} <= set(trained["known"])
    assert "status 2" in broken["failure"]
    there, here = trained | {"traces": {"case": one}}, trained | {"traces": {"case": again}}
    assert verdicts({"case": config}, there, here)["case"].word == "equal"
    for run in (other, broken):
        changed = trained | {"traces": {"case": run}}
        assert verdicts({"case": config}, there, changed)["case"].word == "DIFFERENT"
        assert verdicts({"case": config}, changed, here)["case"].word == "DIFFERENT"


RUN = {"learners": ["a", "a", "b"], "rest": ["r"], "metrics": {"loss": [["1", "0.5"]], "old": [["1", "2"]]}}


def verdict(there=(), here=(), known=("ippo",)):
    """Verdict on a case whose runs differ from RUN in the given values."""
    old, new = ({"known": list(known), "traces": {"case": RUN | dict(run)}} for run in (there, here))
    return verdicts({"case": {"algorithm": "ippo"}}, old, new)["case"]


def test_names_of_arrays_metrics_that_one_side_has_and_state_beside_learners_make_no_difference():
    assert verdict().word == "equal"
    renamed = verdict(here={"metrics": {"loss": RUN["metrics"]["loss"], "new": [["1", "2"]]}})
    assert renamed.word == "equal"
    assert "metrics not here: old; metrics not there: new" in renamed.reason
    moved = verdict(here={"rest": ["r", "s"]})
    assert moved.word == "equal"
    assert "0 of 1 arrays changed, 1 came" in moved.reason


def test_arrays_and_common_metrics_make_a_difference():
    assert "1 of 3 arrays of the learners changed, 1 came" in verdict(here={"learners": ["a", "b", "c"]}).reason
    assert verdict(here={"learners": ["a", "b"]}).word == "DIFFERENT"
    assert verdict(here={"metrics": {"loss": [["1", "0.25"]]}}).reason == "1 of 1 common metrics changed: loss"
    assert verdict(here={"metrics": {"other": [["1", "2"]]}}).word == "DIFFERENT"
    assert unmatched(["a", "a", "b"], ["a", "c"]) == (2, 1)


def test_a_learner_that_is_not_there_is_new_unless_it_fails_here():
    failed = {"failure": "status 2: no such algorithm"}
    assert verdict(there=failed, known=("iql",)).word == "new"
    assert verdict(there=failed, here=failed, known=("iql",)).word == "DIFFERENT"
    assert verdict(there=failed).word == "DIFFERENT"


def test_the_package_of_other_sources_is_installed_and_found(tmp_path):
    sources = tmp_path / "sources"
    for name in FLOORS:
        shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in PROJECT_FILES:
        shutil.copy(ROOT / name, sources / name)
    install(sources, tmp_path / "package")
    found = train({}, tmp_path / "package")  # raises where Python finds another package
    assert {"ippo", "qmix"} <= set(found["known"])
    assert not found["traces"]


def test_a_program_that_fails_is_named_with_its_status():
    with pytest.raises(Failed, match=r"import sys; sys\.exit\(3\): status 3"):
        run_program(sys.executable, "-c", "import sys; sys.exit(3)")
