PYTHON ?= python3
PY = .venv/bin/python

.PHONY: install demo test lint bench screenshots

install: .venv/installed

.venv/installed: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

demo: install
	$(PY) admin_app.py demo

test: install lint
	$(PY) -m pytest -n auto

lint: install
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

bench: install
	$(PY) -m benchmarks $(ONLY)

screenshots: install
	$(PY) -m tests.browser.gallery
