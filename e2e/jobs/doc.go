// Package jobs holds the tests of the script that makes the tools of a job trust GitLab: under
// each shell that the runner uses, as root and not, in images of every kind, and with real clients
// behind it. There is nothing to import.
//
// An image is a folder that becomes the root of the job's shell, with no files of this machine but
// the programs that it is given. That takes Linux, root, and a temporary folder that may hold
// devices, as /dev/null is made there.
package jobs
