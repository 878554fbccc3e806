# Two commands do everything: `make run` and `make test`. `make verify` is the long suite. Needs Python 3.11+, git, make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests use half a dozen processes' worth of database each, so two workers are enough for two cores.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(WORKERS)

.PHONY: run setup setup-dev browser test lint types contracts migrations-check unit verify format lock clean

run: setup ## start PostgreSQL, Redis, web, worker and scheduler, with a demo guild
	@exec $(BIN)/python -m guildhub.supervisor

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "guildhub needs Python 3.11 or newer. Name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python can't make a virtual environment here. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.lock | $(VENV)/bin/python
	@echo "Installing what guildhub needs (once)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing what the tests need (once)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

browser: setup-dev ## the system's Chromium, else Debian's package, else Playwright's own
	@scripts/browser

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint templates --lint --quiet

types: setup-dev
	@$(BIN)/mypy

contracts: setup-dev
	@$(BIN)/lint-imports --no-logo

migrations-check: setup-dev
	@$(BIN)/python manage.py makemigrations --check --dry-run

unit: setup-dev browser
	@$(PYTEST) -m "not slow"

test: setup-dev browser lint types contracts migrations-check unit ## everything a change must pass

verify: test ## the long suite: full matrices, kills, long property runs
	@$(PYTEST) -m slow

format: setup-dev ## put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --upgrade

lock: setup-dev ## choose the newest packages that fit; the files name no index
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(LOCK) --extra embedded -o requirements.lock
	@$(LOCK) --extra embedded --extra dev -c requirements.lock -o requirements-dev.lock
	@sed -i '1i # What guildhub runs on, pinned with hashes; made by `make lock`, never edited by hand.' requirements.lock
	@sed -i '1i # The same and what the tests need, pinned with hashes; made by `make lock`, never edited by hand.' requirements-dev.lock

clean: ## forget installed packages and caches; the demo's data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache staticfiles
