# Showroom: `make help` names the targets. Works with GNU make 3.81 (macOS) and later.

SHELL := /bin/bash
PYTHON_OF_ENVIRONMENT := .venv/bin/python
MANAGE := $(PYTHON_OF_ENVIRONMENT) manage.py

# uv installs what uv.lock names. One that is already here serves; else a private one is made under var/.
UV := $(shell command -v uv 2>/dev/null || echo var/uv/bin/uv)
PRIVATE_UV := $(filter var/uv/bin/uv,$(UV))

# The figures of `make acceptance` go here.
export SHOWROOM_FIGURES ?= var/acceptance

.DEFAULT_GOAL := help
.PHONY: help run test lint acceptance bench bench-quick packages messages clean

help: ## Name the targets
	@echo "Showroom, a demo site for real-time video and audio models."
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | while IFS=$$'\t' read -r name text; \
		do printf '  make %-11s %s\n' "$$name" "$$text"; done

run: .venv/run.stamp ## Start the site (HOST, PORT, HTTPS=1; REDIS_URL for separate media workers)
	@exec $(MANAGE) serve

test: packages lint ## Check everything: style, types, migrations, unit and browser tests
	$(PYTHON_OF_ENVIRONMENT) -m pytest -n 2 --dist loadfile

lint: .venv/development.stamp ## Check style, types, settings and migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	$(MANAGE) check --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run

acceptance: packages .venv/development.stamp ## Run the slow tests; figures go to var/acceptance/
	@mkdir -p $(SHOWROOM_FIGURES)
	$(PYTHON_OF_ENVIRONMENT) -m pytest -m slow
	@echo "Figures:" && ls $(SHOWROOM_FIGURES)

bench: packages .venv/development.stamp ## Measure against a plain aiortc server, all rows; writes var/bench/latest.json
	$(PYTHON_OF_ENVIRONMENT) -m tests.bench

bench-quick: .venv/development.stamp ## Measure the rows that need no browser and no search, in under 6 minutes
	$(PYTHON_OF_ENVIRONMENT) -m tests.bench --quick

packages: ## Install the Debian packages that the tests drive (chromium, firefox-esr, redis, coturn, gettext, iptables, postgresql)
	@.ci/packages

messages: .venv/development.stamp ## Collect the texts for translation and compile the catalogues
	$(MANAGE) makemessages --all --no-location --no-wrap --no-obsolete --ignore=var --ignore=tests
	$(MANAGE) makemessages --all --no-location --no-wrap --no-obsolete --ignore=var --ignore=tests --ignore=vendor --domain djangojs
	@for catalogue in locale/*/LC_MESSAGES/*.po; do msgcat --sort-output --no-wrap $$catalogue \
		| grep -v '^"POT-Creation-Date' > $$catalogue.sorted && mv $$catalogue.sorted $$catalogue; done
	$(MANAGE) compilemessages --ignore=.venv --ignore=var

clean: ## Remove the environment and all caches; the site's data in var/ stays
	rm -rf .venv var/uv var/acceptance .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

# The stamps make a second start free: nothing is looked at until uv.lock changes.
# --inexact lets `make run` keep what `make test` has added.
.venv/run.stamp: uv.lock | $(PRIVATE_UV)
	@if [ .venv/development.stamp -nt uv.lock ]; then touch $@; else \
		echo "Preparing the environment in .venv" && $(UV) sync --quiet --locked --no-dev --inexact && touch $@; fi

.venv/development.stamp: uv.lock | $(PRIVATE_UV)
	@echo "Preparing the environment in .venv, with the development tools"
	@$(UV) sync --quiet --locked && touch $@ .venv/run.stamp

var/uv/bin/uv:
	@.ci/private-uv var/uv
