// Package bench measures the shipped program, as a whole process between two pipes, beside other
// programs. `make bench` writes docs/BENCHMARK.md; a plain test measures little, and shows that it works.
package bench
