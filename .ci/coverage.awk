# Statement coverage by package of a Go cover profile; fails below `least`
# percent, and on a profile without blocks. A block that several test binaries
# report counts once.
NR > 1 {
	statements[$1] = $2
	if ($3 > 0) covered[$1] = 1
}
END {
	for (block in statements) {
		package = block
		sub(/\/[^\/]*$/, "", package)
		all[package] += statements[block]
		if (block in covered) hit[package] += statements[block]
		blocks++
	}
	for (package in all) {
		percent = 100 * hit[package] / all[package]
		printf "coverage: %s %.1f %% of statements\n", package, percent
		if (percent < least) low = 1
	}
	if (!blocks) print "coverage: the profile is empty"
	if (low) printf "coverage: less than %d %%\n", least
	exit low || !blocks
}
