# Everything a person does with this repository, by name. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

# The first interpreter that runs and is new enough; say `make PYTHON=... demo` for another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
OUT ?= out

.PHONY: help .venv demo test test-postgres lint format bench docs fit golden pins clean

help: ## list these targets
	@grep -hE '^[a-z.]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

# A file inside the environment says when it was last made to fit the project's own files.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "gigawatt needs Python 3.11 or later; none was found. Install one, or say: make PYTHON=/path/to/python" >&2; exit 2; }
	@"$(PYTHON)" -m venv $(VENV) || { echo "$(PYTHON) could not make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[dev,check]'
	@touch $@

.venv: $(READY) ## make the virtual environment (Python 3.11 or later), with all that tests need

demo: $(READY) ## plan the reference programme and say where the report is
	@# 4 is a plan whose gap is stated and not closed: the budget ended first, as it may on a slow machine.
	$(BIN)/gigawatt plan examples/stargate/programme.yaml --out $(OUT)/stargate || [ $$? -eq 4 ]
	@echo
	@echo "The report: $(abspath $(OUT)/stargate/report.html)"

test: ## all checks, as the integration run does them
	bash .ci/run

test-postgres: $(READY) ## the tests of the book, on a PostgreSQL server that is started for them
	$(BIN)/python tests/ledger/postgres_server.py $(BIN)/pytest -q tests/ledger

lint: $(READY) ## style, types and import directions only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/pytest -q tests/test_tidy.py tests/test_imports.py

format: $(READY) ## set the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## measure speed and size, as ratios in one run (make bench ARGS="reference --json")
	$(BIN)/python -m bench $(ARGS)

docs: $(READY) ## write docs/kinds.md, docs/facts.md and docs/settlement.md from the code, run every example of the docs, and check that nothing public is missing
	$(BIN)/python docs/kinds.py
	$(BIN)/python docs/facts.py
	$(BIN)/python docs/settlement.py
	$(BIN)/pytest -q tests/test_docs.py

fit: $(READY) ## fit what chips deliver to the measured tables, and draw predicted against measured
	$(BIN)/python -m fits
	$(BIN)/python -m fits.picture docs/throughput.png

golden: $(READY) ## write the golden files again; read the difference before you commit it
	GOLDEN=update $(BIN)/pytest -q -p no:cacheprovider -k golden
	$(BIN)/gigawatt schema --out examples/programme.schema.json
	git --no-pager diff --stat -- tests/golden examples/programme.schema.json

pins: $(READY) ## write constraints.txt from the environment as it stands
	$(BIN)/python -m pip freeze --disable-pip-version-check --exclude-editable --exclude pip --exclude setuptools \
		| sed -n '/^[A-Za-z0-9._-]*==/p' | LC_ALL=C sort -f > constraints.txt
	@touch $(READY)

clean: ## remove what was made here, the environment too
	rm -rf $(VENV) $(OUT) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
