"""Logs of runs as other programs read them: any name comes back from metrics.csv."""

import csv

import pytest

from stigmergy.plotting.learning_curves import read_series
from stigmergy.training.runs.logs import CsvLog
from stigmergy.training.runs.run import METRICS_HEADER, Run

NAMES = ["wolf, grey", 'the "quick"', "two\nlines", "old\rline", "dos\r\nline", "", " spaced ", "wölfe", "#1;2\t3"]


def write(folder, rows) -> Run:
    folder.mkdir()
    run = Run(folder)
    (folder / "config.yaml").write_text("algorithm: ippo\n")
    log = CsvLog(run.metrics, METRICS_HEADER)
    log.write(rows)
    log.close()
    return run


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_of_any_name_comes_back(name, tmp_path):
    metric = f"{name}/policy_loss"
    run = write(tmp_path / "run", [(64, "plain", "0.5"), (64, metric, "-1.5"), (128, metric, "2.0")])
    with run.metrics.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["plain", metric, metric]
    series = read_series(run.folder, [metric])[metric]
    assert series.steps.tolist() == [64, 128]
    assert series.values.tolist() == [-1.5, 2.0]


def test_plain_names_are_written_as_ever(tmp_path):
    run = write(tmp_path / "run", [(64, "episode/return", repr(0.1)), (64, "agents/entropy", repr(float("nan")))])
    assert run.metrics.read_bytes() == b"step,name,value\n64,episode/return,0.1\n64,agents/entropy,nan\n"
