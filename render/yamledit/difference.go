package yamledit

// A difference puts lines from up to to of one list in the place of lines start up to end of another.
type difference struct{ start, end, from, to int }

// differences makes one list of lines out of another. A line is kept where it is the next one, or
// the only one of its kind further on: that is linear, and enough for lists that are nearly equal.
func differences(old, edited []string) []difference {
	only := map[string]int{} // of each line: where it is, -1 when there are several
	for i, line := range old {
		if _, twice := only[line]; twice {
			i = -1
		}
		only[line] = i
	}
	var found []difference
	next, from := 0, 0 // lines that are not yet taken care of
	keep := func(at, to int) {
		if at > next || to > from {
			found = append(found, difference{next, at, from, to})
		}
		next, from = at+1, to+1
	}
	for i, line := range edited {
		if next < len(old) && old[next] == line {
			keep(next, i)
		} else if at, is := only[line]; is && at > next {
			keep(at, i)
		}
	}
	keep(len(old), len(edited))
	return found
}
