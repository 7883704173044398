package cli

import "strings"

// nearest is the name that was probably meant by a misspelt one: the one with the fewest letters
// wrong, of which a quarter may be, else one that begins alike. "" where there is none.
func nearest(word string, names []string) string {
	allowed := max(1, len(word)/4)
	best, least := "", allowed+1
	for _, name := range names {
		distance := editDistance(word, name)
		if len(word) > 2 && (strings.HasPrefix(name, word) || strings.HasPrefix(word, name)) {
			distance = min(distance, allowed)
		}
		if distance < least && distance < len(word) {
			best, least = name, distance
		}
	}
	return best
}

// editDistance counts the letters that have to be put in, left out, replaced or swapped with their
// neighbour (the optimal string alignment distance).
func editDistance(a, b string) int {
	two, one := make([]int, len(b)+1), make([]int, len(b)+1) // the rows above
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one = one, row
	}
	return one[len(b)]
}
