# Two commands for a newcomer: `make serve` and `make test`. Both create a virtual environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve test check lint types package parsed bench conformance fuzz mutants clean

serve: $(VENV)/ready
	@$(BIN)/mockserver serve

test: $(VENV)/ready
	@echo "Running about 4,700 tests on all cores: about 4 minutes on 2 cores. Progress is shown as [done/total]."
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/hadolint Dockerfile

types: $(VENV)/ready
	$(BIN)/mypy

package: $(VENV)/ready
	$(BIN)/python -m tests.quality.try_install

# After a change of a shipped spec or world: the server starts faster with its JSON.
parsed: $(VENV)/ready
	$(BIN)/python -m tests.support.parsed_files

check: lint types test package

bench: $(VENV)/ready
	$(BIN)/python benchmarks/load.py
	$(BIN)/python benchmarks/control.py
	$(BIN)/python benchmarks/size.py
	$(BIN)/python benchmarks/attack.py
	$(BIN)/python benchmarks/soak.py
	$(BIN)/python benchmarks/ledger.py

conformance: $(VENV)/ready
	$(BIN)/python -m tests.conformance.run --examples 100

fuzz: $(VENV)/ready
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz.run all --runs 2000000

mutants: $(VENV)/ready
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[mutation]'
	$(BIN)/python -m tests.mutation.run

# Messages go to stderr, so that the output of `make serve` starts with the ready line.
$(VENV)/ready: pyproject.toml constraints.txt
	@echo "Installing once into $(VENV): a virtual environment with the simulator and its development tools." >&2
	@echo "This downloads about 130 MB, takes 500 MB on disk, and needs about a minute on a fast network." >&2
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[dev]' >&2
	touch $@

clean:
	rm -rf $(VENV) build dist mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
