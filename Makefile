# make run   : l’environnement, les tables, les vérifications, les notebooks, les figures
# make test  : les tests, puis les notebooks comparés à ce qu’ils impriment (nbval)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.pret

# Where this is set, each process and each kernel would compile the library again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test unit notebooks lint lab requirements clean

run: $(READY)
	$(BIN)/solidata build
	$(BIN)/solidata check
	$(BIN)/solidata notebooks
	$(BIN)/solidata figures

test: $(READY) lint unit notebooks

# The plugin of nbval costs 3.5 s to every run of pytest: unit tests go without it. In the order
# they stand the files end with doctests, of a second each: neither process waits for the other.
unit: $(READY)
	$(BIN)/python -m pytest -p no:nbval -n 2 --dist loadfile --no-loadscope-reorder

notebooks: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg notebooks

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lab: $(READY)
	$(BIN)/jupyter lab notebooks/00_tour.ipynb

# uv installs ten times faster and compiles what it installs; without it, pip does the same.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 ou plus récent est nécessaire (make PYTHON=python3.12 …)")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || true
	if [ -x $(BIN)/uv ]; then \
	  VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.txt && \
	  VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps -e . ; \
	else \
	  $(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt && \
	  $(BIN)/python -m pip install --quiet --no-deps -e . ; \
	fi
	touch $(READY)

# Pins for every platform, with hashes and without addresses.
requirements: $(READY)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements.txt

clean:
	rm -rf build $(VENV)
