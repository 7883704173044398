// Command empty does nothing: what a Go program needs to start.
package main

func main() {}
