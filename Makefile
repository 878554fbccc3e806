# Two commands do everything: `make run` and `make test`. `make verify` is the long suite. Needs Python 3.11+, git, make.

# The first Python that will do; 3.11 and 3.12 before others, because every package has a wheel for them.
PYTHON ?= $(shell for p in python3.11 python3.12 python3 python3.13 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Tests use half a dozen processes' worth of database each, so two workers are enough for two cores.
WORKERS ?= 2
# Worksteal: a worker that is done takes over what the other has not begun.
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -rfER

.PHONY: run setup setup-dev lock browser test lint texts types contracts migrations-check unit verify bench bench-ledger bench-boards budgets lighthouse screens format clean

run: setup ## start PostgreSQL, Redis, web, worker and scheduler, with a demo guild
	@exec $(BIN)/python -m guildhub.supervisor

# Catalogues of other languages are compiled where one has changed since (ADR 0073); that takes half a second to find out.
setup: $(VENV)/.installed
	@$(BIN)/python -m core.texts compile
setup-dev: $(VENV)/.installed-dev
	@$(BIN)/python -m core.texts compile

texts: setup-dev ## put new texts into the catalogues of all languages, and say what is wrong in them (docs/translating.md)
	@$(BIN)/python -m core.texts collect

# The mark is made last, so a virtual environment whose making was interrupted is made again.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "guildhub needs Python 3.11 or newer, with venv. On Debian: apt-get install" \
		"python3-venv. If it has another name: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps

$(VENV)/.installed: requirements.lock | $(VENV)/.made
	@echo "Installing what guildhub needs (once; about 60 MB)."
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/.made
	@echo "Installing what the tests need (once; about 150 MB)."
	@$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

lock: setup-dev ## pin the newest packages that pyproject.toml allows, with hashes and no index
	@scripts/lock

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
	@$(PYTEST) -m "slow and not timed"
	@$(MAKE) --no-print-directory budgets
	@$(BIN)/python benchmarks/search.py
	@$(BIN)/python benchmarks/web.py --tell
	@$(BIN)/python benchmarks/ledger.py --size 10k --quick --tell
	@$(BIN)/python benchmarks/boards.py --size 1M --tell

bench: setup-dev ## what each page costs the web server, against a bare view; fails where a figure is over its limit
	@$(BIN)/python benchmarks/web.py

bench-ledger: setup-dev ## transfers a second against TPC-B, at three sizes (30 to 60 minutes, 16 GB); fails where a must is missed
	@$(BIN)/python benchmarks/ledger.py

bench-boards: setup-dev ## what boards and points pages read in ten million entries; fails where a must is missed (16 GB of disk)
	@$(BIN)/python benchmarks/boards.py

budgets: setup-dev browser ## what each page costs a phone: bytes and requests, and seconds on a slow line (docs/budgets.md)
	@$(BIN)/python -m pytest -n 0 -q -s tests/budgets

lighthouse: ## Lighthouse's scores of a running guildhub; ADDRESS=http://... if it isn't at port 8000 (needs node)
	@$(BIN)/python benchmarks/lighthouse.py $(ADDRESS)

screens: setup-dev browser ## remake docs/screens from a demo of its own, which is thrown away
	@$(BIN)/python scripts/remake_screens.py $(ONLY)

format: setup-dev ## put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: ## forget installed packages and caches; the demo's data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache staticfiles
