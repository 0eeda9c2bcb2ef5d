"""Plans of sweeps: what is refused before anything is trained, and what may be added later."""

from pathlib import Path

import pytest
import yaml

from stigmergy.cli.entry import main
from stigmergy.commands.sweep import TRAIN, split
from stigmergy.envs.errors import BadParameter
from stigmergy.sweeps.plan import PLAN, read_plan
from stigmergy.sweeps.points import Request
from stigmergy.sweeps.sweep import default_folder, open_sweep
from stigmergy.sweeps.values import read_grid
from stigmergy.training.runs.lock import RunInUse
from stigmergy.training.runs.run import Run
from tests.stigmergy.sweeps.support.small_sweep import CONFIG


@pytest.fixture
def config(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(yaml.safe_dump(CONFIG))
    return "small.yaml"


def plan(config: str, *options: str, grid: tuple[str, ...] = (), seeds: tuple[int, ...] = ()) -> list[str]:
    """Names of the points of a sweep in `sweeps/small`, whose runs begin thereby."""
    request = Request(config, options, read_grid(grid), seeds)
    with open_sweep(default_folder(config), request, TRAIN, threads=1) as points:
        for point in points:
            folder = Path("sweeps/small", point.name)
            if not folder.exists():
                Run.create(folder, point.experiment.to_dict()).lock.release()
        return [point.name for point in points]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ("", "there is nothing to sweep"),
        ("--seeds 0..2 --job 2", "no option --job. Did you mean '--jobs'?"),
        ("--seeds 0..2 --jobs 0", "jobs is 0; allowed is 1 or more"),
        ("--seeds 2..0", "the range '2..0', which is empty"),
        ("--seeds 0 --learner.gama 1", "no option --learner.gama. Did you mean '--learner.gamma'?"),
        (
            "--grid learner.learning-rat=1,2",
            "'learner.learning-rat', which does not exist. Did you mean 'learner.learning-rate'?",
        ),
        ("--grid lr=1,2", "the key 'lr'; allowed are environment, algorithm, and options of a part"),
        ("--grid learner.gamma=", "no values of 'learner.gamma'"),
        ("--grid learner.gamma=0.9,2", "gamma is 2.0; allowed is 0 to 1"),
        ("--grid learner.gamma=0.9,0.90", "two runs of the sweep have the same config, that of 'gamma=0.9'"),
        ("--grid learner.anneal=yes", "the value 'yes' of 'learner.anneal'; allowed are true and false"),
        ("--grid learner.gamma=0.9 --learner.gamma 0.8", "and the option --learner.gamma gives it one value"),
        ("--grid learner.anneal=true --learner.no-anneal", "and the option --learner.anneal gives it one value"),
        ("--seeds 0 --training.seed 1", "the seed is given by --seeds and by the option --training.seed"),
        ("--seeds 0 --grid training.seed=1", "the seed is given by --seeds and by the grid"),
        ("--grid algorithm=ippo,iql learner.clip=0.1", "the key 'learner.clip', which iql lacks"),
        ("--grid algorithm=ippo,iql --learner.clip 0.1", "no option --learner.clip, which iql lacks"),
        ("--grid algorithm=ippo,ippi", "no algorithm 'ippi'. Did you mean 'ippo'?"),
        ("--grid environment=games/matri-v0", "no environment 'games/matri-v0'"),
        (
            "--grid environment=games/matrix-v0,games/differential-v0 algorithm=iql",
            "iql chooses among countable actions",
        ),
        ("--seeds 0 --training.best-metric x", "best_metric is 'x'; the evaluation of 'games/matrix-v0' has return"),
        ("--seeds 0 --run runs/x", "a sweep takes no --run"),
        ("--grid run=a,b", "a sweep takes no --run"),
        ("--seeds 0 --folder small.yaml", "folder is 'small.yaml', which is a file"),
        ("--seeds 0 --folder .", "the folder '.' holds 'small.yaml' and no sweep.yaml"),
        ("--seeds 0..5000 --grid learner.gamma=0.1,0.2", "the sweep has 10002 runs; allowed are up to 10000"),
    ],
)
def test_a_wrong_sweep_is_one_sentence_and_leaves_nothing(args, sentence, config, capsys):
    assert main(["sweep", config, *args.split()]) == 2
    shown = capsys.readouterr().err
    assert sentence in shown
    assert shown.count("\n") == 1
    assert sorted(Path().iterdir()) == [Path(config)]


def test_the_plan_holds_the_resolved_config_of_every_run(config):
    names = plan(config, "--learner.gamma=0.5", grid=("learner.network.hidden=8 4,16",), seeds=(3, 1))
    assert names == [f"hidden={hidden},seed={seed}" for seed in (3, 1) for hidden in ("8_4", "16")]
    written = read_plan(Path("sweeps/small"))
    assert written is not None
    assert list(written.runs) == names
    assert written.runs["hidden=8_4,seed=1"]["learner.network.hidden"] == [8, 4]
    assert written.runs["hidden=16,seed=3"]["training.seed"] == 3
    assert {config["learner.gamma"] for config in written.runs.values()} == {0.5}
    common = yaml.safe_load(Path("sweeps/small", PLAN).read_text())["common"]
    assert common["training.threads"] == 1
    assert "training.seed" not in common


def test_what_comes_later_may_add_runs(config):
    assert plan(config, grid=("learner.gamma=0.9",), seeds=(0,)) == ["gamma=0.9,seed=0"]
    assert plan(config, grid=("learner.gamma=0.9,0.8",), seeds=(0, 1))[:2] == ["gamma=0.9,seed=0", "gamma=0.8,seed=0"]
    # The same run under another description is the same run; a new key tells new ones apart.
    assert plan(config, "--learner.gamma", "0.9", seeds=(1,)) == ["gamma=0.9,seed=1"]
    assert plan(config, "--learner.gamma=0.8", grid=("learner.entropy=0.01,0.5",), seeds=(1,)) == [
        "gamma=0.8,seed=1",
        "entropy=0.5,seed=1",
    ]
    written = read_plan(Path("sweeps/small"))
    assert written is not None
    assert len(written.runs) == 5


def test_a_contradiction_is_one_sentence(config):
    plan(config, grid=("algorithm=ippo",), seeds=(0,))
    before = Path("sweeps/small", PLAN).read_bytes()
    with pytest.raises(BadParameter, match=r"training.total_steps is 64, and 192 in the run 'algorithm=ippo,seed=0'"):
        plan(config, "--training.total-steps=64", grid=("algorithm=ippo",), seeds=(0, 1))
    with pytest.raises(BadParameter, match=r"training.num_envs is 8, and 4 in the run"):
        plan(config, "--training.num-envs=8", grid=("algorithm=mappo",), seeds=(5,))
    assert Path("sweeps/small", PLAN).read_bytes() == before
    # Another algorithm has settings of its own.
    assert plan(config, grid=("algorithm=mappo",), seeds=(5,)) == ["algorithm=mappo,seed=5"]


def test_runs_that_never_began_give_way(config):
    request = Request(config, ("--training.total-steps=64",), {}, (0, 1))
    with open_sweep("sweeps/small", request, TRAIN, threads=1):
        pass
    assert plan(config, seeds=(1, 2)) == ["seed=1", "seed=2"]
    written = read_plan(Path("sweeps/small"))
    assert written is not None
    assert list(written.runs) == ["seed=1", "seed=2"]


def test_one_process_at_a_time_works_on_a_sweep(config):
    request = Request(config, (), {}, (0,))
    taken = pytest.raises(RunInUse, match="the sweep 'sweeps/small' is being trained by process")
    with open_sweep("sweeps/small", request, TRAIN, threads=1), taken:
        plan(config, seeds=(0,))
    assert plan(config, seeds=(0,)) == ["seed=0"]


def test_the_number_of_threads_stays_that_of_the_plan(config):
    with open_sweep("sweeps/small", Request(config, (), {}, (0,)), TRAIN, threads=5) as points:
        assert points[0].experiment.training.threads == 1  # the config's own
    Path("small.yaml").write_text(yaml.safe_dump(CONFIG | {"training": CONFIG["training"] | {"threads": 0}}))
    for threads in (3, 2):
        with open_sweep("sweeps/free", Request(config, (), {}, (0, threads)), TRAIN, threads) as points:
            assert {point.experiment.training.threads for point in points} == {3}


@pytest.mark.parametrize(
    "text", ["", "[1]", "common: 3\nruns: {}", "{common: {}, config: null, options: [], varied: []}"]
)
def test_a_file_that_is_no_plan_is_refused(text, config, capsys):
    Path("sweeps/small").mkdir(parents=True)
    Path("sweeps/small", PLAN).write_text(text)
    assert main(["sweep", config, "--seeds", "0"]) == 2
    assert "is no plan of a sweep" in capsys.readouterr().err
    assert Path("sweeps/small", PLAN).read_text() == text


def test_options_of_the_sweep_and_of_its_runs_are_told_apart():
    own, shared = split(
        [
            "small.yaml",
            "--seeds",
            "0",
            "--learner.hidden",
            "8",
            "8",
            "--grid",
            "a=1",
            "b=2",
            "--trust",
            "--grid=c=3",
            "--slurm",
            "--plugin",
            "x.py",
            "y.py",
            "--jobs=2",
        ]
    )
    assert own == ["small.yaml", "--seeds", "0", "--grid", "a=1", "b=2", "c=3", "--slurm", "--jobs=2"]
    assert shared == ["--learner.hidden", "8", "8", "--trust", "--plugin", "x.py", "y.py"]
