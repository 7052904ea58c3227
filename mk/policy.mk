# SPDX-License-Identifier: EUPL-1.2
# make policy-check      expected.tsv is what the matrix gives, grounds.tsv what the grounds give; and what the decision
#                        decides: all tuples of both
# make policy-coverage   branch coverage of proto/policy by its own tests, printed; fails below 100 %
# make mutate            deletes or flips each row of the policy and each comparison of the rules in turn;
#                        prints how many mutants were killed, and every survivor by name
POLICY_SRC := $(sort $(wildcard proto/policy/*.c))
POLICY_TESTS := $(patsubst tests/unit/%_test.c,%,$(sort $(wildcard tests/unit/policy*_test.c)))
POLICY_TUPLES := 760000
POLICY_GROUND_TUPLES := 2100000
POLICY_COVERAGE_B := build-policy-coverage
POLICY_WRAPS := calloc sluis_arena_new sluis_arena_alloc sluis_arena_copy yaml_parser_initialize \
	yaml_parser_parse
POLICY_WRAP_FLAGS := $(patsubst %,-Wl$(comma)--wrap=%,$(POLICY_WRAPS))

.PHONY: policy-check policy-coverage

# The test of failing allocations stands between the policy and what it allocates with.
$(B)/tests/policy_memory_test: LDFLAGS += $(POLICY_WRAP_FLAGS)

policy-check: $(B)/sluis-testkit
	@python3 tests/policy/derive.py --check tests/policy/expected.tsv
	@$(B)/sluis-testkit policy tests/policy/expected.tsv | tee /dev/stderr | \
		grep -qx '$(POLICY_TUPLES) passed, 0 failed'
	@python3 tests/policy/derive_grounds.py --check tests/policy/grounds.tsv
	@$(B)/sluis-testkit policy tests/policy/grounds.tsv | tee /dev/stderr | \
		grep -qx '$(POLICY_GROUND_TUPLES) passed, 0 failed'

policy-coverage:
	@CC=gcc tests/policy/coverage.sh $(POLICY_COVERAGE_B) '$(POLICY_WRAP_FLAGS)'

mutate:
	@python3 tests/policy/mutate.py build-mutate
