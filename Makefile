# Needs make, and uv or Python 3.10 to 3.12 with pip and venv. Everything else goes into .venv and folders like it.
CONFIG ?= secrets/config.json
FORMAT ?= koinly
IMAGE ?= source-cryptocom:dev
ENGINE ?= docker
# uv looks for such a Python, and fetches one where there is none.
PYTHON ?= >=3.10,<3.13
UV ?= $(shell command -v uv 2>/dev/null)
override UV := $(or $(UV),.venv-uv/bin/uv)
BIN := .venv/bin
# The simulated exchange's own tests are left out where it is as in the main branch.
MAIN = $$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse --verify --quiet main || echo HEAD)
SIMULATOR = $(shell git diff --quiet $(MAIN) -- simulated_exchange 2>/dev/null && echo " and not simulator")
TESTS = pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not image_tests and not thorough$(SIMULATOR)"
unexport PYTHONDONTWRITEBYTECODE
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
install: .venv/dev ## create .venv (the other targets do it when they need it)

# Programs. Those of users need a part of what development needs.
USERS := demo sync tax doctor
demo: RUN := demo ## read every table from a simulated exchange into DuckDB, and build the books
sync: RUN = demo --config $(CONFIG) ## the same with the live exchange: make sync CONFIG=secrets/config.json
tax: RUN = demo --config $(CONFIG) --tax $(if $(MART),csv --mart $(MART),$(FORMAT)) $(YEAR:%=--year %) $(ZONE:%=--zone %) ## the same, and a tax program's file: make tax FORMAT=koinly YEAR=2026 (cointracking, bittytax, beancount), or a mart: make tax MART=gain
doctor: RUN = main doctor --config $(CONFIG) ## say what your account and the exchange really do: make doctor CONFIG=secrets/config.json
generate: RUN := tools.generate ## write what follows from the declared tables: docs, staging models, the catalog of the examples
bench: RUN := benchmarks ## measure speed, memory and requests against the simulated exchange
faults: RUN := integration_tests.fault_matrix ## print the matrix of faults and tables
soak: RUN := integration_tests.soak --syncs 200 ## 200 syncs of every table with changes, faults and kills: nothing may be lost
history: RUN := integration_tests.history_matrix ## print account history under every combination of what the exchange leaves open
trust: RUN := integration_tests.trust_matrix ## print what becomes of each table under short pages, wrong clocks and late rows, beside 0.2.0
candles: RUN := integration_tests.candle_matrix ## print candles under every combination of what the exchange leaves open
damages: RUN := integration_tests.books.damages ## damage a simulated account's tables: which losses do the books notice, and do they name the row?
wheel: RUN = tools.release.package --repository "$(REPOSITORY)" ## build wheel and source archive into dist (REPOSITORY=https://github.com/OWNER/NAME for its links)
mutation: RUN := tools.mutation ## inject faults into the modules that everything rests on: the unit tests must notice 95 % of them
tests: RUN = $(TESTS)
coverage: RUN = $(TESTS) --cov --cov-report=term-missing ## branch coverage of source_cryptocom
thorough: RUN := pytest -n 2 --dist loadfile -m "thorough or simulator" ## run the tests that make test leaves out: other programs and warehouses, large accounts, the simulator
unit: RUN := pytest -n 2 -m "not slow" unit_tests ## run the fast half of the tests
image-test: RUN = pytest -m image_tests --connector-image $(IMAGE) integration_tests/test_image.py ## run every command in the image that make image has built
PROGRAMS := $(shell sed -n 's/^\([a-z-]*\): RUN .*/\1/p' $(firstword $(MAKEFILE_LIST)))
$(USERS): $(if $(wildcard .venv/dev),.venv/dev,.venv/demo)
$(filter-out $(USERS),$(PROGRAMS)): .venv/dev
$(PROGRAMS):
	$(BIN)/python -m $(RUN)

test: install ## run linters, type checks and the tests
	@$(MAKE) --no-print-directory --jobs 2 lint tests
lint: install ## ruff, mypy and zizmor
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/zizmor --quiet --offline .github
format: install ## let ruff put imports and layout right
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .
qa: .venv-qa/qa ## run the checks of Airbyte's registry, as for a community connector and as for a certified one
	$(<D)/bin/python -m tools.release.airbyte_checks 2>/dev/null
	$(<D)/bin/python -m tools.release.airbyte_checks --certified 2>/dev/null
destinations: .venv-destinations/destinations ## ask databases, data frames and table formats what docs/destinations.md says of them
	$(<D)/bin/python -m pytest --noconftest tools/destinations
# What runs with a key: the image, and the demo's environment.
audit: .venv-tools/tools ## look the locked versions up in the vulnerability database (needs network)
	$(<D)/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock -r requirements-demo.lock
sbom: .venv-tools/tools ## list what is locked as dist/sbom.cdx.json, in CycloneDX
	mkdir -p dist && $(<D)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-file dist/sbom.cdx.json requirements.lock
image: ## build the connector's image (ENGINE=podman works too)
	$(ENGINE) build --tag $(IMAGE) .
clean: ## remove everything that make has created
	rm -rf .venv .venv-* build dist mutants .coverage .coverage.* .*_cache .hypothesis

# Seven days, because a release with malicious code is found out within a few.
COMPILE := .venv-tools/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --custom-compile-command 'make lock' --exclude-newer "7 days"
lock: .venv-tools/tools ## pin the newest versions of a week ago that pyproject.toml allows, for Python 3.10 to 3.13
	$(COMPILE) --python-version 3.10 pyproject.toml --excludes requirements-not-in-image.txt --output-file requirements.lock
	$(COMPILE) --python-version 3.10 pyproject.toml --extra sync --group dev --output-file requirements-dev.lock
	$(COMPILE) --python-version 3.10 pyproject.toml --extra sync --group demo --output-file requirements-demo.lock
	$(COMPILE) --python-version 3.10 --group tools --output-file requirements-tools.lock
	$(COMPILE) --group destinations --python-version 3.11 --output-file requirements-destinations.lock
	$(COMPILE) --group qa --python-version 3.11 --excludes requirements-not-in-qa.txt --output-file requirements-qa.lock

# uv installs what a lock file names, each hash checked. It reads no settings of pip: pip steps in where its index is another.
.venv-qa/qa: PYTHON := >=3.11,<3.13
.venv-destinations/destinations: PYTHON := >=3.11,<3.14
.SECONDEXPANSION:
.venv/dev .venv/demo .venv-tools/tools .venv-qa/qa .venv-destinations/destinations: requirements-$$(@F).lock pyproject.toml | $(filter .venv-uv/%,$(UV))
	@echo "Installing what $< names into $(@D), once"
	@test -x $(@D)/bin/python || $(UV) venv --quiet --seed --python "$(PYTHON)" $(@D) || python3 -m venv --clear $(@D)
	@$(UV) pip install --quiet --python $(@D)/bin/python --no-deps -r $< || $(@D)/bin/python -m pip install --quiet --no-deps -r $<
	@test $(@D) != .venv || $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@
.venv-uv/bin/uv: requirements-tools.lock
	@python3 -m venv .venv-uv
	@sed -n '/^uv==/,/[^\\]$$/p' $< | .venv-uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r /dev/stdin
	@touch $@
