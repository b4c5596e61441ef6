# Needs make, and Python 3.10 to 3.13 with pip and venv. Everything else goes into .venv.
PYTHON ?= $(shell for p in python3.12 python3.11 python3.10 python3.13 python3; do \
	$$p -c 'import ensurepip, sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
CONFIG ?= secrets/config.json
IMAGE ?= source-cryptocom:dev
ENGINE ?= docker

VENV := .venv
TOOLS := .venv-tools
BIN := $(VENV)/bin
# Every version and hash is in the lock files: nothing is left to resolve. Bytecode is written on first import, for what
# is imported and no more, which spares a third of the installation.
PIP_INSTALL := -m pip install --disable-pip-version-check --no-deps --no-compile
unexport PYTHONDONTWRITEBYTECODE
# $(call install_into,FOLDER,WHAT): pip says hundreds of lines. They go to a file, which is shown if it fails; until
# then a dot every five seconds says that it is still at work. $$$$ is the shell: when it is gone, the dots end too.
define install_into
@{ while sleep 5 >/dev/null 2>&1 && kill -0 $$$$ 2>/dev/null; do printf .; done; } & dots=$$!; \
trap 'kill $$dots 2>/dev/null; echo' EXIT; trap 'exit 130' INT TERM; \
$(1)/bin/python $(PIP_INSTALL) --progress-bar off $(2) >$(1)/install.log 2>&1 || { cat $(1)/install.log; exit 1; }
endef
# PyAirbyte would look every connector up in Airbyte's registry, and report its use, unless it is told not to.
export AIRBYTE_OFFLINE_MODE := 1
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help install demo sync test lint format bench coverage faults soak history mutation audit lock image clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/installed ## create .venv (the other targets do it when they need it)

demo: install ## read every table from a simulated exchange into DuckDB
	$(BIN)/python -m demo

sync: install ## the same with the live exchange: make sync CONFIG=secrets/config.json
	$(BIN)/python -m demo --config $(CONFIG)

test: lint ## run linters, type checks and all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: install ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install ## let ruff put imports and layout right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## measure speed, memory and requests against the simulated exchange
	$(BIN)/python -m benchmarks

coverage: install ## branch coverage of source_cryptocom
	$(BIN)/python -m pytest --cov --cov-report=term-missing

faults: install ## print the matrix of faults and tables
	$(BIN)/python -m integration_tests.fault_matrix

soak: install ## 200 syncs with faults and kills: nothing may be lost
	$(BIN)/python -m integration_tests.soak --syncs 200

history: install ## print account history under every combination of what the exchange leaves open
	$(BIN)/python -m integration_tests.history_matrix

mutation: install ## inject faults into seven modules: the unit tests must notice 85 % of them
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/mutmut results
	$(BIN)/mutmut export-cicd-stats
	$(BIN)/python -c 'import json; of = json.load(open("mutants/mutmut-cicd-stats.json")); \
	noticed = (of["killed"] + of["timeout"]) / of["total"]; \
	print("{:.1%} of {} injected faults noticed".format(noticed, of["total"])); raise SystemExit(noticed < 0.85)'

audit: $(TOOLS)/installed ## look the locked versions up in the vulnerability database (needs network)
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

UV_COMPILE := $(TOOLS)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes \
	--custom-compile-command 'make lock'
lock: $(TOOLS)/installed ## pin the newest versions that pyproject.toml allows, for Python 3.10 to 3.13
	$(UV_COMPILE) pyproject.toml --output-file requirements.lock
	$(UV_COMPILE) pyproject.toml --group dev --output-file requirements-dev.lock
	$(UV_COMPILE) --group tools --output-file requirements-tools.lock

image: ## build the connector's image (ENGINE=podman works too)
	$(ENGINE) build --tag $(IMAGE) .

clean: ## remove everything that make has created
	rm -rf $(VENV) $(TOOLS) build dist mutants .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/installed: $(VENV)/dependencies pyproject.toml
	@echo "Installing source-cryptocom into $(VENV)"
	$(BIN)/python $(PIP_INSTALL) --quiet --no-build-isolation --editable .
	@touch $@

$(VENV)/dependencies: requirements-dev.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.10 to 3.13 with venv found. Name one: make PYTHON=/path/to/python"; exit 1; }
	@echo "Installing the locked packages into $(VENV): two minutes or so, once"
	@$(PYTHON) -m venv $(VENV)
	$(call install_into,$(VENV),--ignore-requires-python -r requirements-dev.lock)
	@touch $@

$(TOOLS)/installed: requirements-tools.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.10 to 3.13 with venv found. Name one: make PYTHON=/path/to/python"; exit 1; }
	@echo "Installing what renews and audits the lock files into $(TOOLS)"
	@$(PYTHON) -m venv $(TOOLS)
	$(call install_into,$(TOOLS),-r requirements-tools.lock)
	@touch $@
