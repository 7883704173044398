package input

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Days is a duration that may be given in days, the value of a flag.
type Days time.Duration

func (d *Days) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

// Type returns what cobra's help calls the value.
func (d *Days) Type() string { return "time" }

// Set reads 30d or 72h.
func (d *Days) Set(value string) error {
	if count, found := strings.CutSuffix(value, "d"); found {
		n, err := strconv.ParseUint(count, 10, 16)
		if err != nil {
			return fmt.Errorf("%q is not a number of days", value)
		}
		*d = Days(time.Duration(n) * 24 * time.Hour)
		return nil
	}
	duration, err := time.ParseDuration(value)
	if err != nil || duration < 0 {
		return fmt.Errorf("%q is not a time like 30d or 72h", value)
	}
	*d = Days(duration)
	return nil
}
