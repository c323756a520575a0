# An alias of tools/dev.py, which is what a machine without make uses.
PYTHON ?= python3

.PHONY: play test build bench conformance
play test build bench conformance:
	@$(PYTHON) tools/dev.py $@
