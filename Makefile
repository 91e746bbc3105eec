# Two commands do everything on a fresh machine with Python 3.10+ and a C++ compiler:
#   make run    install the package (no torch), render the demo song into out/, and say how to open the desk on it
#   make test   install what the tests need and run them
#   make check  the quick half: lint, and every test that takes less than five seconds
# and further: lint, minimal, wheel, bench, pages, docs, constraints.
PYTHON ?= python3
VENV ?= .venv
VENV_TEST ?= .venv-test
PIP_INSTALL = -m pip --disable-pip-version-check --quiet install --constraint constraints.txt
FOLDERS = console eq files presets words plugin desk training export
SOURCES := $(shell git ls-files $(FOLDERS) pyproject.toml CMakeLists.txt 2>/dev/null | sed 's/ /\\ /g')
# A tree in which the folders are importable as semeq.*, for mypy.
TREE = build/tree

.PHONY: run test check constraints lint minimal wheel bench pages docs after-model page-libraries tree clean

run: $(VENV)/installed
	$(VENV)/bin/semeq demo --out out
	@echo 'see and hear the words on its stems: $(VENV)/bin/semeq desk out/before -s warm --to bright'

test: $(VENV_TEST)/installed
	$(VENV_TEST)/bin/python -m pytest -q -n 2 --dist loadgroup $(PYTEST)

check: lint
	$(VENV_TEST)/bin/python -m pytest -q -n 2 --dist loadgroup -m 'not slow' $(PYTEST)

lint: $(VENV_TEST)/installed tree
	$(VENV_TEST)/bin/ruff check .
	$(VENV_TEST)/bin/ruff format --check .
	cd $(TREE) && $(abspath $(VENV_TEST))/bin/mypy --config-file $(CURDIR)/pyproject.toml $(FOLDERS:%=-p semeq.%)

# What a user gets: the wheel, made from the source distribution, in an empty environment. It must work without torch.
minimal: wheel
	rm -rf build/minimal && $(PYTHON) -m venv build/minimal
	build/minimal/bin/python $(PIP_INSTALL) dist/*.whl
	cd build && minimal/bin/python ../tests/minimal_install.py

wheel:
	rm -rf dist build/packer && $(PYTHON) -m venv build/packer
	build/packer/bin/python $(PIP_INSTALL) build
	build/packer/bin/python -m build --outdir dist . >/dev/null
	@ls dist

bench: $(VENV_TEST)/installed
	$(VENV_TEST)/bin/python benchmarks/report.py --out docs/benchmarks.md

# The pages of figures, from $$SEMEQ_DATA: hours on one core. What is finished in runs/ is kept, so it may be stopped.
pages: $(VENV_TEST)/installed
	$(VENV_TEST)/bin/semeq-train bench --out docs
	$(VENV_TEST)/bin/semeq-train ladder --out docs
	$(VENV_TEST)/bin/semeq-train rate-distortion --out docs
	$(VENV_TEST)/bin/semeq-train ablation --out docs/ablation.md
	rm -f docs/comparison.json docs/rate-distortion.json

# Newer versions of everything but torch, whose pinned build is chosen by hand; look at the difference before committing.
constraints:
	rm -rf build/pins && $(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip --disable-pip-version-check --quiet install "$$(grep '^torch==' constraints.txt)"
	build/pins/bin/python -m pip --disable-pip-version-check --quiet install '.[train,parquet,wandb,plot,live,av,desk,dask,test,lint]'
	(sed -n '/^#/p' constraints.txt; build/pins/bin/python -m pip freeze --exclude semeq \
		| sed "/^torch==/!s/$$/; python_version >= '3.11'/") > build/constraints.txt
	mv build/constraints.txt constraints.txt

$(VENV)/installed: $(SOURCES) constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python $(PIP_INSTALL) '.[plot,desk]'
	@touch $@

# torch first and by itself: its pinned build must be chosen before anything asks for "any torch".
$(VENV_TEST)/installed: $(SOURCES) constraints.txt
	$(PYTHON) -m venv $(VENV_TEST)
	$(VENV_TEST)/bin/python $(PIP_INSTALL) torch
	$(VENV_TEST)/bin/python $(PIP_INSTALL) '.[train,parquet,wandb,plot,live,av,desk,dask,test,lint]'
	# System MIDI has no wheels for the newest Pythons: its tests skip where it cannot be had.
	-@$(VENV_TEST)/bin/python $(PIP_INSTALL) --only-binary=:all: python-rtmidi 2>/dev/null
	@touch $@

# The site, into site/; a broken link or a name without documentation ends it.
docs: tree
	test -d build/docs || $(PYTHON) -m venv build/docs
	build/docs/bin/python $(PIP_INSTALL) mkdocs-material 'mkdocstrings[python]'
	NO_MKDOCS_2_WARNING=1 build/docs/bin/mkdocs build --strict --quiet

# What is computed from the shipped model, after another one has taken its place: where its words lie on the desk's
# map, and what they sound like in the plugin's list.
after-model: $(VENV_TEST)/installed
	$(VENV_TEST)/bin/python -c 'from semeq.words import write_map; print(write_map())'
	$(VENV_TEST)/bin/python -c 'from semeq.export.word_list import write_shipped_words; print(write_shipped_words())'

# The page's libraries anew, from npm, in the versions that the script pins.
page-libraries:
	$(PYTHON) desk/vendor.py

tree:
	@mkdir -p $(TREE)/semeq
	@for f in $(FOLDERS); do ln -sfn ../../../$$f $(TREE)/semeq/$$f; done

clean:
	rm -rf build dist out site $(VENV) $(VENV_TEST) .mypy_cache .ruff_cache .pytest_cache .hypothesis
