# SPDX-License-Identifier: EUPL-1.2
# make demo    install what is missing, build, run the main job on this machine; leaves build/demo to look at
demo:
	@deploy/dependencies.sh demo
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@deploy/demo.sh
