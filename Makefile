# What a newcomer types. `make demo` needs Python 3.11, Node 20 and npm; everything else it brings itself.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
# Stamps say what was last done, so that a second run does only what changed since.
STAMPS := .venv/stamps
ASSETS := src/shouwang/ui/static/vendor/.built
GATE_APP := src/shouwang/gates/app/.built
WORDS := $(shell find src -name '*.po' -not -path '*/node_modules/*')
# For the browser tests, the Chinese on their screenshots, and the PDF bulletin.
DEBIAN := chromium fonts-noto-cjk poppler-utils libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# Some machines forbid it in the environment; every process would then compile all it imports anew, three times the work.
export PYTHONDONTWRITEBYTECODE =
# Two processes for two cores; tests of one file share what they set up.
PYTEST ?= $(BIN)/pytest -n 2 --dist loadfile

.PHONY: help setup demo up test test-all check format bench docs lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

setup: $(STAMPS)/installed $(ASSETS) $(GATE_APP) $(STAMPS)/words ## everything needed to run, nothing that is already there

$(BIN)/uv: bootstrap/venv.sh bootstrap/tools.lock
	@echo "Making .venv"
	@bootstrap/venv.sh
	@touch $@

$(STAMPS)/synced: requirements.lock $(BIN)/uv
	@echo "Installing Python packages"
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock bootstrap/tools.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/installed: pyproject.toml $(STAMPS)/synced
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(ASSETS): bootstrap/assets.sh $(shell find ui-assets -not -path '*/node_modules*' -type f)
	@echo "Building browser assets"
	@bootstrap/assets.sh ui-assets
	@mkdir -p $(@D) && touch $@

$(GATE_APP): bootstrap/assets.sh src/shouwang/gates/sentences.json $(shell find gate-app -not -path '*/node_modules*' -not -path '*/test/*' -type f)
	@echo "Building the gate app"
	@bootstrap/assets.sh gate-app
	@mkdir -p $(@D) && touch $@

$(STAMPS)/words: $(WORDS) $(STAMPS)/installed
	@$(BIN)/shouwang messages compile
	@touch $@

demo: setup ## a city of its own: generated, run through its days, served (SERVE=0 ends after the bulletin)
	@$(BIN)/shouwang demo $(if $(filter 0,$(SERVE)),--no-serve,--serve)

up: setup ## the platform on ./.shouwang, empty or as it was left
	@$(BIN)/shouwang up

test: setup ## the ordinary tests, in a browser too
	@bootstrap/debian.sh $(DEBIAN)
	@npm --prefix gate-app run --silent test
	@$(PYTEST)

test-all: setup ## with the slow ones: kills, clean clone, full size
	@bootstrap/debian.sh $(DEBIAN)
	@npm --prefix gate-app run --silent test
	@$(PYTEST) -m ""

check: setup ## style, types, floors, templates, security
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm --prefix gate-app run --silent types
	$(BIN)/djlint --quiet --lint src
	$(BIN)/bandit --quiet --recursive --severity-level medium --configfile pyproject.toml src
	$(BIN)/python bootstrap/audit.py

format: setup ## put code into shape
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

PEOPLE ?= 100000

bench: setup ## every benchmark beside its peer and its limit (PEOPLE=1000000 for full size)
	$(BIN)/python bench/residents_intake.py
	$(BIN)/python bench/gate_app.py
	$(BIN)/python bench/passages.py --peers
	$(BIN)/python bench/strips.py
	$(BIN)/python bench/feed.py
	$(BIN)/python bench/growth.py people --sizes 10000,100000,1000000
	$(BIN)/python bench/growth.py passages --sizes 100000,1000000
	$(BIN)/python bench/measures_day.py --people $(PEOPLE)
	$(BIN)/python bench/scale.py --people $(PEOPLE) --data .shouwang/bench-$(PEOPLE)

docs: setup ## diagrams and screenshots of the manual
	@$(BIN)/python docs/generate.py

lock: $(BIN)/uv ## pin what pyproject.toml asks for, with hashes (UPGRADE=--upgrade takes newer versions)
	$(BIN)/uv pip compile --quiet $(UPGRADE) --group dev --generate-hashes --universal --python-version 3.11 \
	    --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet $(UPGRADE) --generate-hashes --universal --python-version 3.11 \
	    --no-header --no-emit-index-url -c requirements.lock bootstrap/tools.in -o bootstrap/tools.lock

clean: ## take away what was built; data in .shouwang stays
	rm -rf .venv ui-assets/node_modules gate-app/node_modules src/shouwang/ui/static/vendor src/shouwang/gates/app .mypy_cache .ruff_cache .pytest_cache
	find src -name '*.mo' -delete
