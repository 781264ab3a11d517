# The mail server around Loket: see scripts/run and tests/mta.
deps:
	@scripts/install-packages
	@scripts/unpack-postfix build/parts

# What is missing may be installed only now, so make starts anew after it.
run: deps
	@$(MAKE) --no-print-directory all
	@LOKET_BUILD=$(BUILD) KEEP=$(KEEP) scripts/run

stop:
	@scripts/run stop

mta-tests: deps
	@$(MAKE) --no-print-directory all
	LOKET_BUILD=$(BUILD) prove tests/mta

.PHONY: deps run stop mta-tests
