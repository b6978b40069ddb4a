# Two commands are enough: `make run` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHECKSUM = $(shell cat $(1) | cksum | cut -d" " -f1)
# A stamp per content of the requirements: another content, another installation.
RUN := $(VENV)/run-$(call CHECKSUM,requirements.txt)
DEV := $(VENV)/dev-$(call CHECKSUM,requirements.txt requirements-dev.txt)
DEMO := INSTANCE_DIR=instance-demo SECOND_FACTOR=optional
# Browser tests and tests that take seconds run once, on SQLite; all the others on both.
ON_BOTH := not browser and not slow

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench catalogues language clean

help: ## show this list
	@awk -F ":.*## " '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN) ## install what is needed, bring the database up to date, serve both doors
	$(BIN)/python app.py

demo: $(RUN) instance-demo/loaded ## the same with a fictional town of 550 people
	$(DEMO) $(BIN)/python app.py

test: $(DEV) ## all tests, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist worksteal
	$(BIN)/python -m tests.with_postgresql $(BIN)/python -m pytest -n 2 --dist worksteal -m "$(ON_BOTH)"

check: $(DEV) ## style, types, the layers of the house, catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/translations

bench: $(DEV) ## measure, each figure beside its rival from the same run
	$(BIN)/python -m tests.bench

catalogues: $(DEV) ## bring the translations up to date with the code
	$(BIN)/python -m tests.translations.catalogues

language: catalogues ## begin the language CODE, which has its line in casework/core/i18n.py
	@test -n "$(CODE)" || { echo "Please name the language: make language CODE=xx"; exit 1; }
	@test -f "translations/$(subst -,_,$(CODE))/LC_MESSAGES/messages.po" || { \
	  echo "Please add a line for $(CODE) to LANGUAGES in casework/core/i18n.py first."; exit 1; }
	@echo "Please translate translations/$(subst -,_,$(CODE))/LC_MESSAGES/messages.po"

clean: ## remove what was built; data in instance folders stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find translations -name "*.mo" -delete

instance-demo/loaded: | $(RUN)
	$(DEMO) $(BIN)/flask --app app upgrade
	$(DEMO) $(BIN)/flask --app app demo load
	@touch $@

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	  "Lotse needs Python 3.11 or newer; please name one: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(RUN): $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(RUN) $@
