# Needs make, and uv or Python 3.10 to 3.12 with pip and venv. Everything else goes into .venv and folders like it.
CONFIG ?= secrets/config.json
FORMAT ?= koinly
IMAGE ?= source-cryptocom:dev
ENGINE ?= docker

VENV := .venv
TOOLS := .venv-tools
QA := .venv-qa
DESTINATIONS := .venv-destinations
OWN_UV := .venv-uv/bin/uv
BIN := $(VENV)/bin
# The simulated exchange's own tests are left out where it is as in the main branch.
MAIN := $(shell git merge-base HEAD origin/main 2>/dev/null || git rev-parse --verify --quiet main || echo HEAD)
SIMULATOR = $(shell git diff --quiet $(MAIN) -- simulated_exchange 2>/dev/null && echo " and not simulator")
# Three workers, because a third of the time is spent waiting.
TESTS := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not image_tests and not thorough$(SIMULATOR)"
unexport PYTHONDONTWRITEBYTECODE

# uv installs what the lock files name, each hash checked. Where there is none, pip fetches the one that they name.
UV ?= $(shell command -v uv 2>/dev/null)
ifeq ($(UV),)
override UV := $(OWN_UV)
endif
# uv looks for such a Python, and fetches one where there is none.
PYTHON ?= >=3.10,<3.13
# $(call install,FOLDER,VERSIONS OF PYTHON,LOCK FILE). uv reads no settings of pip: pip steps in where its index is another.
define install
@echo "Installing what $(3) names into $(1), once"
@test -x $(1)/bin/python || $(UV) venv --quiet --seed --python "$(2)" $(1) || python3 -m venv --clear $(1)
@$(UV) pip install --quiet --python $(1)/bin/python --no-deps -r $(3) || $(1)/bin/python -m pip install --quiet --no-deps -r $(3)
endef
install_connector = @$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
comma := ,

# PyAirbyte would look every connector up in Airbyte's registry, and report its use, unless it is told not to.
export AIRBYTE_OFFLINE_MODE := 1
export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
# Every target that `make help` shows.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*## .*/\1/p' $(firstword $(MAKEFILE_LIST)))

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/installed ## create .venv (the other targets do it when they need it)

# What the demo needs is a part of what development needs.
DEMO := $(if $(wildcard $(VENV)/installed),install,$(VENV)/demo)

demo: $(DEMO) ## read every table from a simulated exchange into DuckDB, and build the books
	$(BIN)/python -m demo

sync: $(DEMO) ## the same with the live exchange: make sync CONFIG=secrets/config.json
	$(BIN)/python -m demo --config $(CONFIG)

doctor: $(DEMO) ## say what your account and the exchange really do: make doctor CONFIG=secrets/config.json
	$(BIN)/source-cryptocom doctor --config $(CONFIG)

tax: $(DEMO) ## the same, and a tax program's file: make tax FORMAT=koinly YEAR=2026 (cointracking, bittytax, beancount; csv with MART=gain)
	$(BIN)/python -m demo --config $(CONFIG) --tax $(if $(MART),csv --mart $(MART),$(FORMAT)) $(if $(YEAR),--year $(YEAR)) $(if $(ZONE),--zone $(ZONE))

# Programs that need nothing but .venv.
generate: RUN := tools.generate ## write what follows from the declared tables: docs, staging models, the catalog of the examples
bench: RUN := benchmarks ## measure speed, memory and requests against the simulated exchange
faults: RUN := integration_tests.fault_matrix ## print the matrix of faults and tables
soak: RUN := integration_tests.soak --syncs 200 ## 200 syncs of every table with changes, faults and kills: nothing may be lost
history: RUN := integration_tests.history_matrix ## print account history under every combination of what the exchange leaves open
trust: RUN := integration_tests.trust_matrix ## print what becomes of each table under short pages, wrong clocks and late rows, beside 0.2.0
candles: RUN := integration_tests.candle_matrix ## print candles under every combination of what the exchange leaves open
damages: RUN := integration_tests.books.damages ## damage a simulated account's tables: which losses do the books notice, and do they name the row?
generate bench faults soak history trust candles damages: install
	$(BIN)/python -m $(RUN)

# Side by side, for the same reason.
test: install ## run linters, type checks and the tests
	@$(MAKE) --no-print-directory --jobs 2 lint tests

.PHONY: tests
tests: install
	$(TESTS)

thorough: install ## run the tests that make test leaves out: other programs and warehouses, large accounts, the simulator
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "thorough or simulator"

unit: install ## run the fast half of the tests
	$(BIN)/python -m pytest -n 2 -m "not slow" unit_tests

lint: install ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/zizmor --quiet --offline .github

format: install ## let ruff put imports and layout right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

coverage: install ## branch coverage of source_cryptocom
	$(TESTS) --cov --cov-report=term-missing

mutation: install ## inject faults into seven modules: the unit tests must notice 95 % of them
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/mutmut results
	$(BIN)/mutmut export-cicd-stats
	$(BIN)/python -c 'import json; of = json.load(open("mutants/mutmut-cicd-stats.json")); \
	noticed = (of["killed"] + of["timeout"]) / of["total"]; \
	print("{:.1%} of {} injected faults noticed".format(noticed, of["total"])); raise SystemExit(noticed < 0.95)'

qa: $(QA)/installed ## run the checks of Airbyte's registry, as for a community connector and as for a certified one
	$(QA)/bin/python -m tools.release.airbyte_checks 2>/dev/null
	$(QA)/bin/python -m tools.release.airbyte_checks --certified 2>/dev/null

destinations: $(DESTINATIONS)/installed ## ask databases, data frames and table formats what docs/destinations.md says of them
	$(DESTINATIONS)/bin/python -m pytest --noconftest tools/destinations

# What runs with a key: the image, and the demo's environment.
AUDITED := requirements.lock requirements-demo.lock
audit: $(TOOLS)/installed ## look the locked versions up in the vulnerability database (needs network)
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes $(addprefix -r ,$(AUDITED))

sbom: $(TOOLS)/installed ## list what is locked as dist/sbom.cdx.json, in CycloneDX
	mkdir -p dist
	$(TOOLS)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-file dist/sbom.cdx.json requirements.lock

UV_COMPILE := $(TOOLS)/bin/uv pip compile --quiet --upgrade --universal --generate-hashes \
	--custom-compile-command 'make lock' --exclude-newer "7 days"
# Seven days, because a release with malicious code is found out within a few.
lock: $(TOOLS)/installed ## pin the newest versions of a week ago that pyproject.toml allows, for Python 3.10 to 3.13
	$(UV_COMPILE) --python-version 3.10 pyproject.toml --excludes requirements-not-in-image.txt --output-file requirements.lock
	$(UV_COMPILE) --python-version 3.10 pyproject.toml --extra sync --group dev --output-file requirements-dev.lock
	$(UV_COMPILE) --python-version 3.10 pyproject.toml --extra sync --group demo --output-file requirements-demo.lock
	$(UV_COMPILE) --python-version 3.10 --group tools --output-file requirements-tools.lock
	$(UV_COMPILE) --group destinations --python-version 3.11 --output-file requirements-destinations.lock
	$(UV_COMPILE) --group qa --python-version 3.11 --excludes requirements-not-in-qa.txt --output-file requirements-qa.lock

wheel: install ## build wheel and source archive into dist (REPOSITORY=https://github.com/OWNER/NAME for its links)
	rm -rf dist
	$(BIN)/python -m tools.release.package --repository "$(REPOSITORY)"

image: ## build the connector's image (ENGINE=podman works too)
	$(ENGINE) build --tag $(IMAGE) .

image-test: install ## run every command in the image that make image has built
	$(BIN)/python -m pytest -m image_tests --connector-image $(IMAGE) integration_tests/test_image.py

clean: ## remove everything that make has created
	rm -rf $(VENV) .venv-uv $(TOOLS) $(QA) $(DESTINATIONS) build dist mutants .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/installed: requirements-dev.lock pyproject.toml | $(filter $(OWN_UV),$(UV))
	$(call install,$(VENV),$(PYTHON),requirements-dev.lock)
	$(install_connector)
	@touch $@

$(VENV)/demo: requirements-demo.lock pyproject.toml | $(filter $(OWN_UV),$(UV))
	$(call install,$(VENV),$(PYTHON),requirements-demo.lock)
	$(install_connector)
	@touch $@

# The newest data frames need Python 3.11, Airbyte's package 3.11 or 3.12.
$(DESTINATIONS)/installed: PYTHON := >=3.11$(comma)<3.14
$(QA)/installed: PYTHON := >=3.11$(comma)<3.13
.venv-%/installed: requirements-%.lock | $(filter $(OWN_UV),$(UV))
	$(call install,.venv-$*,$(PYTHON),$<)
	@touch $@

$(OWN_UV): requirements-tools.lock
	@python3 -m venv .venv-uv
	@sed -n '/^uv==/,/[^\\]$$/p' $< > .venv-uv/requirements.txt
	@.venv-uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv-uv/requirements.txt
	@touch $@
