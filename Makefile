# The single door to the project. Every word sets up what it needs, once, and then does its job.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup format lint type test test-all test-slow anywhere benchmark interop docs onnx extras trackers demo constraints clean

SUITABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
# The Python that virtual environments are made with: the first of these that is 3.11 or later. Or say `make test PYTHON=/path/to/python3`.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	if $$python -c '$(SUITABLE)' 2> /dev/null; then echo $$python; break; fi; done)
ARGS ?=
RUN := runs/demo
TORCH ?= $(shell sed -n 's/^torch==//p' constraints.txt)

# Virtual environments of `make interop`, and CleanRL's programs, which are no package.
INTEROP := $(basename $(notdir $(wildcard tests/interop/requirements/*.txt)))
CLEANRL_URL ?= https://github.com/vwxyzjn/cleanrl
CLEANRL_COMMIT := fe8d8a03

BIN := .venv/bin
STAMP := .venv/.stamp
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check
# Setuptools comes first, for without build isolation the editable install takes the one in the environment: the version in constraints.txt.
INSTALL_PROJECT = --no-build-isolation --editable
TYPES := .venv-types
# Tests that compile the same kernels go to one worker, in the order of tests/conftest.py.
ON_ALL_CORES := -n auto --dist loadgroup --no-loadscope-reorder
PACKAGES := import sysconfig; print(sysconfig.get_path("purelib"))
ALL_PACKAGES := import sys; print(*[path for path in sys.path if path.endswith("site-packages")], sep="\n")
EXTRA_DOCS := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")


help:
	@echo "make setup        .venv with the versions in constraints.txt; the words below do it by themselves"
	@echo "make demo         train the default experiment, evaluate it beside baselines, render an episode"
	@echo "make format       put the code in order"
	@echo "make lint         look for mistakes and disorder"
	@echo "make type         check the types of the four floors"
	@echo "make test         run the quick tests, a quarter of an hour where no kernel is compiled yet; ARGS='-k render' chooses"
	@echo "make test-all     run all tests but the long learning ones, as CI does"
	@echo "make test-slow    run the long learning tests"
	@echo "make anywhere     run the tests under the settings of other machines; ARGS='--only busy' chooses"
	@echo "make benchmark    measure speeds; make .venv-pogema .venv-jaxmarl first to have peers beside them"
	@echo "make interop      run the snippets of other libraries with every id; ARGS='games pursuit' chooses"
	@echo "make docs         build the documentation site into site/; ARGS='serve' shows it at http://127.0.0.1:8000"
	@echo "make onnx         test exported policies in ONNX's runtime, in an environment of its own"
	@echo "make trackers     test the trackers with W&B, MLflow and Trackio, offline"
	@echo "make extras       test sweeps with Optuna and Ray Tune, in an environment of its own"
	@echo "make constraints  renew constraints.txt; TORCH=x.y.z moves torch"
	@echo "make clean        remove caches and builds; virtual environments and runs stay"

setup: $(STAMP)

$(STAMP): pyproject.toml setup.py constraints.txt
	@"$(PYTHON)" -c '$(SUITABLE)' || { echo "error: PYTHON is '$(PYTHON)'; it has to be a Python of 3.11 or later with venv" >&2; exit 2; }
	@echo "setting up .venv; the first time takes a minute or two"
	$(BIN)/python -m pip --version > /dev/null 2>&1 || "$(PYTHON)" -m venv .venv
	$(BIN)/python $(PIP_INSTALL) -c constraints.txt setuptools
	$(BIN)/python $(PIP_INSTALL) -c constraints.txt $(INSTALL_PROJECT) ".[dev,reference]"
	touch $@

format: $(STAMP)
	$(BIN)/ruff check --fix $(ARGS)
	$(BIN)/ruff format $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check $(ARGS)
	$(BIN)/ruff format --check $(ARGS)

# Pyright follows the folders, not setuptools' import hooks, so it needs the package laid out as a tree of links: a strict editable
# install. That one does not see new files, so it stands in an environment of its own, which borrows the packages of .venv.
type: $(STAMP)
	$(BIN)/python -m venv --without-pip --clear $(TYPES)
	$(BIN)/python -c '$(PACKAGES)' > "$$($(TYPES)/bin/python -c '$(PACKAGES)')/borrowed.pth"
	$(BIN)/python -m pip --python $(TYPES)/bin/python install --quiet --disable-pip-version-check --no-deps --ignore-installed \
		--config-settings editable_mode=strict $(INSTALL_PROJECT) .
	$(BIN)/pyright --pythonpath $(TYPES)/bin/python $(ARGS)

test: $(STAMP)
	$(BIN)/python -m pytest -m "not slow and not thorough" $(ON_ALL_CORES) $(ARGS)

test-all: $(STAMP)
	$(BIN)/python -m pytest -m "not slow" $(ON_ALL_CORES) $(ARGS)

test-slow: $(STAMP)
	$(BIN)/python -m pytest -m slow $(ARGS)

anywhere: $(STAMP)
	$(BIN)/python -m tests.settings $(ARGS)

benchmark: $(STAMP)
	$(BIN)/python -m benchmarks $(ARGS)

trackers: .venv-trackers
	.venv-trackers/bin/python -m pytest tests/training/test_trackers.py tests/training/test_tracker_libraries.py $(ARGS)

interop: $(STAMP) $(INTEROP:%=.venv-interop/%/.stamp)
	export CLEANRL=$(CURDIR)/.venv-interop/cleanrl/src SDL_VIDEODRIVER=dummy; \
	for pair in $$($(BIN)/python -m tests.interop list); do \
		.venv-interop/$${pair%%:*}/bin/python -m tests.interop run $${pair##*:} $(ARGS); \
	done
	.venv-interop/sb3/bin/python -m pytest -q tests/envs/interop/test_to_sb3.py
	.venv-interop/torchrl/bin/python -m pytest -q tests/envs/interop/test_to_torchrl.py
	$(BIN)/python -m tests.interop page

# The site borrows the packages of .venv, which play the tasks and execute the notebook. Strictness counts the warnings
# that are printed, so `--quiet` would switch it off.
docs: .venv-docs/.stamp
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/python -m mkdocs $(or $(ARGS),build)

.venv-docs/.stamp: $(STAMP)
	$(BIN)/python -m venv --without-pip --clear .venv-docs
	$(BIN)/python -c '$(ALL_PACKAGES)' > "$$(.venv-docs/bin/python -c '$(PACKAGES)')/borrowed.pth"
	$(BIN)/python -c '$(EXTRA_DOCS)' | xargs -d '\n' $(BIN)/python -m pip --python .venv-docs/bin/python install --quiet \
		--disable-pip-version-check -c constraints.txt
	touch $@

# The environment borrows the packages of .venv.
onnx: .venv-onnx
	PYTHONPATH=. .venv-onnx/bin/python -m pytest tests/algorithms/export/test_onnx.py $(ARGS)

# The environment borrows the packages of .venv.
extras: .venv-extras
	PYTHONPATH=. .venv-extras/bin/python -m pytest tests/stigmergy/sweeps $(ARGS)

demo: $(STAMP)
	rm -rf $(RUN)
	$(BIN)/stigmergy train --run $(RUN)
	$(BIN)/stigmergy evaluate $(RUN) --against random pibt
	$(BIN)/stigmergy render $(RUN) --output $(RUN)/videos/demo.gif --steps 100

# The reference that pathfinding is compared with; it pins old packages.
.venv-pogema:
	"$(PYTHON)" -m venv $@
	$@/bin/python $(PIP_INSTALL) pogema==1.4.0 || { rm -rf $@; exit 1; }

# The reference that the MPE tasks are timed beside; it brings JAX.
.venv-jaxmarl:
	"$(PYTHON)" -m venv $@
	$@/bin/python $(PIP_INSTALL) jaxmarl==0.2.0 || { rm -rf $@; exit 1; }

# Libraries that our environments are played in, each with pins of its own. The project comes last: AgileRL asks for an older PettingZoo.
.venv-interop/%/.stamp: tests/interop/requirements/%.txt pyproject.toml
	rm -rf $(@D)
	"$(PYTHON)" -m venv $(@D)
	$(@D)/bin/python $(PIP_INSTALL) setuptools torch==$(TORCH)
	$(@D)/bin/python $(PIP_INSTALL) torch==$(TORCH) -r $<
	$(@D)/bin/python $(PIP_INSTALL) $(INSTALL_PROJECT) .
	if test $* = cleanrl; then git clone -q $(CLEANRL_URL) $(@D)/src; git -C $(@D)/src checkout -q $(CLEANRL_COMMIT); fi
	touch $@

.venv-onnx: $(STAMP)
	$(BIN)/python -m venv $@
	$(BIN)/python -c '$(PACKAGES)' > "$$($@/bin/python -c '$(PACKAGES)')/borrowed.pth"
	$@/bin/python $(PIP_INSTALL) onnx onnxruntime || { rm -rf $@; exit 1; }
	touch $@

# Trackers, with what their extras bring beside the packages of .venv.
.venv-trackers: $(STAMP)
	$(BIN)/python -m venv $@
	$(BIN)/python -c '$(PACKAGES)' > "$$($@/bin/python -c '$(PACKAGES)')/borrowed.pth"
	$@/bin/python $(PIP_INSTALL) "setuptools>=77" || { rm -rf $@; exit 1; }
	$@/bin/python $(PIP_INSTALL) $(INSTALL_PROJECT) ".[wandb,mlflow,trackio]" || { rm -rf $@; exit 1; }
	touch $@

.venv-extras: $(STAMP)
	$(BIN)/python -m venv $@
	$(BIN)/python -c '$(PACKAGES)' > "$$($@/bin/python -c '$(PACKAGES)')/borrowed.pth"
	$@/bin/python $(PIP_INSTALL) optuna "ray[tune]" || { rm -rf $@; exit 1; }
	touch $@

# Torch is named with its version because a plain `torch` may bring gigabytes of CUDA libraries; its local suffix (+cpu) is this machine's.
constraints:
	"$(PYTHON)" -m venv --clear .venv-constraints
	.venv-constraints/bin/python $(PIP_INSTALL) setuptools torch==$(TORCH)
	.venv-constraints/bin/python $(PIP_INSTALL) $(INSTALL_PROJECT) ".[dev,reference,docs]"
	sed -n '/^#/p' constraints.txt > constraints.new
	.venv-constraints/bin/python -m pip freeze --all --exclude-editable | sed -e '/^pip==/d' -e 's/+cpu$$//' >> constraints.new
	mv constraints.new constraints.txt
	rm -rf .venv-constraints

clean:
	rm -rf build dist site *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
