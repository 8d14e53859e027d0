# Everything goes into .venv; the versions are those of constraints.txt, resolved in one call.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
CORE := $(VENV)/.core
ALL := $(VENV)/.all

# Compiled modules are kept: commands and workers of the tests start many times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test newest install lint bench fuzz docs clean

demo: $(CORE)  ## a scored spoken and a scored text learner from nothing, in ./demo
	$(BIN)/babyslm demo --out demo

test: $(ALL)  ## the whole test suite, a process a core
	$(BIN)/python -m pytest -n auto --dist loadfile

newest:  ## all tests but those of fairseq2, under Python 3.13 with the newest version of everything, in .venv-newest
	.ci/newest tests --ignore tests/test_house.py  # which reads the source of the package

install: $(ALL)  ## everything, every extra included, into .venv

lint: $(ALL)  ## ruff and mypy in strict mode
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(ALL) .venv-bench/.peers  ## side by side with the peers, which get an environment of their own
	$(BIN)/python -m benchmarks.text
	$(BIN)/python -m benchmarks.stimuli
	$(BIN)/python -m benchmarks.units
	$(BIN)/python -m benchmarks.denoising
	$(BIN)/python -m benchmarks.compression
	$(BIN)/python -m benchmarks.leaderboard
	$(BIN)/python -m benchmarks.corpora

.venv-bench/.peers: constraints.txt
	$(PYTHON) -m venv .venv-bench || python3 -m venv .venv-bench
	.venv-bench/bin/python -m pip --disable-pip-version-check -q install -c constraints.txt \
		torch==2.9.1 transformers minicons==0.3.39 lm-eval==0.4.13 wuggy Levenshtein statsmodels
	touch $@

fuzz: $(ALL)  ## every reader of outside files, guided by coverage, half a minute each
	$(PIP) install --no-compile -c constraints.txt -e '.[all,fuzz]'
	$(BIN)/python -m tests.fuzz --seconds 30

docs: $(ALL)  ## the documentation, strictly, into ./site
	$(BIN)/mkdocs build --strict

clean:
	rm -rf $(VENV) .venv-bench demo site dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)

$(CORE): $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) install --no-compile -c constraints.txt -e .
	touch $@

$(ALL): $(VENV)/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) install --no-compile -c constraints.txt -e '.[all]'
	touch $(CORE) $@
