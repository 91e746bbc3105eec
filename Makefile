# Two commands do everything on a fresh machine with Python 3.10+ and a C++ compiler:
#   make run    install the base package (no torch) and render the demo song into out/
#   make test   install what the tests need and run them
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check -q
# A source tree importable as semeq.*, for mypy and for working without reinstalling.
TREE = build/tree
FOLDERS = eq presets plugin training export

.PHONY: run test lint tree bench clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

tree:
	@mkdir -p $(TREE)/semeq
	@for f in $(FOLDERS); do ln -sfn ../../../$$f $(TREE)/semeq/$$f; done

clean:
	rm -rf build dist out .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
