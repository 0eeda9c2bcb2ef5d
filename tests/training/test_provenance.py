"""The commit of a run, read without calling git."""

import shutil
import subprocess

import pytest

from stigmergy.envs.utils.git_commit import git_commit
from stigmergy.training.runs.provenance import describe_machine

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder, *args):
    identity = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "core.hooksPath=/dev/null",
    ]
    ended = subprocess.run(["git", *identity, *args], cwd=folder, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main/line")
    git(folder, "commit", "-q", "--allow-empty", "-m", "one")
    return folder


def test_it_is_that_of_git(repository):
    (repository / "a/b").mkdir(parents=True)
    head = git(repository, "rev-parse", "HEAD")
    assert git_commit(repository) == git_commit(repository / "a/b") == head
    git(repository, "pack-refs", "--all")
    assert git_commit(repository) == head
    git(repository, "commit", "-q", "--allow-empty", "-m", "two")
    assert git_commit(repository) == git(repository, "rev-parse", "HEAD") != head
    git(repository, "checkout", "-q", "--detach", head)
    assert git_commit(repository) == head


def test_worktrees_and_submodules(repository, tmp_path):
    git(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "worktree"))
    git(tmp_path / "worktree", "commit", "-q", "--allow-empty", "-m", "two")
    expected = git(tmp_path / "worktree", "rev-parse", "HEAD")
    assert git_commit(tmp_path / "worktree") == expected != git_commit(repository)
    git(repository, "pack-refs", "--all")
    assert git_commit(tmp_path / "worktree") == expected


def test_no_commit(tmp_path):
    assert git_commit(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert git_commit(tmp_path) is None


@pytest.mark.parametrize(
    "head",
    [
        "ref: refs/heads/../../../secret",
        "ref: /etc/passwd",
        "ref: HEAD",
        "not a commit",
        "",
        "ref: refs/heads/loop",
        "\xff",
    ],
)
def test_what_is_no_reference_is_not_followed(repository, tmp_path, head):
    (tmp_path / "secret").write_text("a" * 40)
    (repository / ".git/HEAD").write_text(head)
    (repository / ".git/refs/heads/loop").write_text("ref: refs/heads/loop")
    assert git_commit(repository) is None


def test_nothing_of_the_repository_is_run(repository, tmp_path, monkeypatch):
    spy = tmp_path / "spy.sh"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    spy.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "filter.x.clean", "core.sshCommand"):
        git(repository, "config", key, str(spy))
    (repository / ".gitattributes").write_text("* filter=x\n")
    monkeypatch.chdir(repository)
    assert describe_machine("0")["git_commit"]
    assert not (tmp_path / "ran").exists()
    subprocess.run(["git", "status"], cwd=repository, capture_output=True, check=False)
    assert (tmp_path / "ran").exists(), "git itself would have run it"
