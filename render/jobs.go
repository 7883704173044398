package render

// JobsScript is the shell script.
func JobsScript() string { return "echo runnertrust\n" }
