# `make` lists the targets. They write to .venv, .sandbox, .sites, .hosting and dist, and put the built Pulumi CLI into
# ~/.cache/hosting-sandbox. `make clean` removes all of it but the CLI, which takes minutes to build.
PYTHON ?= python3
VENV := .venv/bin
READY := .venv/installed

.DEFAULT_GOAL := help
.PHONY: help sandbox sandbox-down test prepared check rules types dist clean bench faults fidelity sites python needs

# Use the sandbox of this checkout, also in a shell that is activated for another one.
unexport SANDBOX_HOME

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

sandbox: needs $(READY) ## deploy dev and prod to a local cloud, and print both sites' URLs
	@$(VENV)/python -m sandbox up

sandbox-down: python ## stop the sandbox; its data stays
	@$(PYTHON) -m sandbox down

# One process more than CI has processors, as a `pulumi up` also waits. In pytest's order the long files come first: the
# other order, by the number of tests, ends with end-to-end tests, on which one process works alone.
test: prepared ## run every test
	@$(VENV)/python -m tests.faults.sample
	$(VENV)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $$($(VENV)/python tests/pure_modules.py)

prepared: needs $(READY)
	@$(VENV)/python -m sandbox prepare
	@# Each of the many programs that the tests start would compile these again.
	@$(VENV)/python -m compileall -q hosting sandbox

check: rules types ## lint, types, import rules, security, workflows, documentation, and that every test file has tests

rules: $(READY)
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/lint-imports
	$(VENV)/python tests/collects.py
	$(VENV)/python -m tests.documentation
	$(VENV)/bandit --quiet --configfile pyproject.toml --recursive bench hosting sandbox sites template tools
	$(VENV)/zizmor --offline --quiet --no-progress template/.github
	$(VENV)/shellcheck .ci/run tools/*.sh tools/*/*.sh
	tools/actionlint/run.sh
	$(VENV)/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci template/.gitlab-ci.yml
	$(VENV)/pytest -q tests/unit/package/test_template.py

types: $(READY)
	$(VENV)/mypy

dist: $(READY) ## build and check the wheel and the source distribution, and a template with the wheel, into dist/
	rm -rf dist
	$(VENV)/python -m build --no-isolation --outdir dist
	$(VENV)/twine check --strict dist/*
	$(VENV)/python tools/template.py dist/template dist/hosting-*.whl

bench: $(READY) ## measure the edge functions, the ignore rules, the review beside htmltest, and publishing beside other tools
	@$(VENV)/python -m bench.edge
	@$(VENV)/python -m bench.ignore_rules
	@$(VENV)/python -m bench.review
	@$(VENV)/python -m bench

faults: prepared ## interrupt publishes at each of their requests, and complete them: takes hours, --help has options
	@$(VENV)/python -m tests.faults

fidelity: needs $(READY) ## compare the sandbox with Terraform's AWS provider, where both are on this machine
	@$(VENV)/python -m tests.fidelity

sites: needs $(READY) ## build real sites with their generators, publish them, and compare with the generators' servers
	@$(VENV)/python -m sites

clean: sandbox-down ## stop the sandbox and remove everything that these targets created
	rm -rf .venv .sandbox .hosting .sites .tools dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -prune -exec rm -rf {} +
	@if [ "$$PULUMI_HOME" = "$(CURDIR)/.sandbox/pulumi" ]; then \
	  echo "This shell, and any other activated one, still looks for pulumi in .sandbox; in each of them type: deactivate_sandbox"; fi

$(READY): requirements.txt requirements-dev.txt sandbox/requirements.txt | python
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: this Python cannot make virtual environments; Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m sandbox.progress "Virtual environment" $(PYTHON) -m venv .venv
	@# Compiling all 7,500 modules takes 40 s; Python compiles the few that are imported.
	@$(PYTHON) -m sandbox.progress "Python packages" $(VENV)/pip install --no-compile --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Before pip, which takes a minute.
needs: python
	@$(PYTHON) -m sandbox needs

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: $(PYTHON) is not Python >= 3.11; install it, or name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
