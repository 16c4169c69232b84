# Two commands do everything on a machine with Python 3.11 or newer: `make demo` and `make test`.
# Both make .venv when it is not there yet.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
endif
RECLI := $(BIN)/recli

# Both start many processes: what the first has compiled, the next ones read.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test check format golden clean test-lowest test-services test-keras test-extras torture

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(VENV)/.installed: pyproject.toml
	@echo "— Installing recli into $(VENV) (a minute or two, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "— Installing what the tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.installed ## The main job on the MovieLens ratings that come with recli
	@echo; echo "— 1. Check the data:  recli data check"; echo
	@$(RECLI) data check
	@echo; echo "— 2. Compare algorithms on the same folds:  recli evaluate -a …"; echo
	@$(RECLI) evaluate -a ease -a item-knn -a most-popular -a svd -a content-based
	@echo; echo "— 3. Tune what makes the best lists:  recli tune -a ease --trials 12"; echo
	@$(RECLI) tune -a ease --trials 12
	@echo; echo "— 4. Train it as tuned:  recli train --params …/best.toml --name demo"; echo
	@$(RECLI) train --params "$$(ls -td results/studies/*/ | head -n 1)best.toml" --name demo
	@echo; echo "— 5. Recommend:  recli recommend --user 42 --model demo"; echo
	@$(RECLI) recommend --user 42 --model demo
	@echo; echo "— The files are here:"; echo
	@ls -d results/runs/*/ results/studies/*/ results/models/*/ results/recommendations/*

test: $(VENV)/.installed-dev check ## All tests, lint and types
	@echo "— Tests"
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal

check: $(VENV)/.installed-dev ## Lint, format and types
	@echo "— Lint and format"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@echo "— Types"
	@$(BIN)/mypy --no-error-summary

format: $(VENV)/.installed-dev ## Format the code and mend what lint can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

golden: $(VENV)/.installed-dev ## Write the golden files and the README's command reference anew
	@RECLI_GOLDEN=write $(BIN)/python -m pytest -q -n 2 tests/cli/test_golden.py tests/test_readme.py

test-lowest: ## All tests with the lowest versions that pyproject.toml allows
	@$(PYTHON) -m venv .venv-lowest
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	@.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python \
		--compile-bytecode --resolution lowest-direct --editable '.[dev]'
	@.venv-lowest/bin/python -m pytest -q -n 2 --dist worksteal

test-services: $(VENV)/.installed-dev ## Browser, database, container, Kafka, clusters (Debian: installs them)
	@echo "— Installing what these tests need"
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null
	@command -v buildah >/dev/null && command -v debootstrap >/dev/null || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends buildah debootstrap; } >/dev/null
	@test -x $(VENV)/prometheus/usr/bin/prometheus || \
		{ apt-get update -qq && cd $(VENV) && apt-get download -qq -o APT::Sandbox::User=root prometheus && \
		dpkg -x prometheus_*.deb prometheus && rm prometheus_*.deb; } >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev-services]'
	@test -x $(VENV)/bigquery/bin/bqemulator || { $(PYTHON) -m venv $(VENV)/bigquery && \
		$(VENV)/bigquery/bin/python -m pip install --quiet --disable-pip-version-check \
		'bqemulator>=1.4' duckdb==1.5.5 duckdb-extension-spatial==1.5.5 numpy; }
	@test -x $(VENV)/azurite/node_modules/.bin/azurite-blob || ! command -v npm >/dev/null || \
		npm install --silent --no-fund --no-audit --prefix $(VENV)/azurite azurite
	@command -v java >/dev/null || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends openjdk-17-jre-headless; } >/dev/null
	@test -x $(VENV)/spark/bin/spark-submit || { $(PYTHON) -m venv $(VENV)/spark && \
		$(VENV)/spark/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[spark,testing]' hypothesis; }
	@echo "— Tests"
	@$(VENV)/spark/bin/python -m pytest -q -m services tests/services/test_spark.py tests/services/test_clusters.py
	@PATH="$(CURDIR)/$(VENV)/prometheus/usr/bin:$(CURDIR)/$(BIN):$(CURDIR)/$(VENV)/bigquery/bin:$(CURDIR)/$(VENV)/azurite/node_modules/.bin:$$PATH" \
		$(BIN)/python -m pytest -q -m services tests/services

torture: $(VENV)/.installed-dev ## The long versions of what tries to break recli (hours; `make test` has a slice of each)
	@RECLI_TORTURE=1 $(BIN)/python -m pytest -q -n 2 --dist worksteal tests/torture

BACKENDS ?= torch tensorflow jax
test-keras: ## Deep models on each backend of Keras, an environment for each (or BACKENDS=jax)
	@for backend in $(BACKENDS); do \
		echo "— $$backend"; \
		$(PYTHON) -m venv .venv-keras-$$backend && \
		.venv-keras-$$backend/bin/python -m pip install --quiet --disable-pip-version-check \
			--editable ".[keras-$$backend,testing]" hypothesis && \
		env -u KERAS_BACKEND .venv-keras-$$backend/bin/python -m pytest -q tests/extras/keras || exit 1; \
	done

test-extras: ## Each extra alone, on each Python from 3.11 on that is here (needs uv)
	@$(PYTHON) tests/extras/matrix.py

clean: ## Remove the environment, caches and results
	@rm -rf $(VENV) .venv-lowest .venv-keras-* .mypy_cache .ruff_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find results -mindepth 1 ! -name README.md -delete
