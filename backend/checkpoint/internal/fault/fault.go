// Package fault lets tests fail or end a store at any call that changes
// something on the disk.
//
// # Promises
//
// Calls that are not to fail cost a nil check. A call that is to fail does not
// happen. An error made by [Stop] means that the process is as good as dead:
// whoever gets one tidies nothing up.
package fault

import (
	"errors"
	"fmt"
)

// Calls is asked before each call; nil lets all pass.
type Calls struct {
	// Step ends the process, as it were, with its error.
	Step func(call string) error
	// Fail is the error of the call itself, such as ENOSPC.
	Fail func(call string) error
}

// Before tells whether a call may happen.
func (c *Calls) Before(format string, operands ...any) error {
	if c == nil || c.Step == nil && c.Fail == nil {
		return nil
	}
	call := fmt.Sprintf(format, operands...)
	if c.Step != nil {
		if err := c.Step(call); err != nil {
			return &stopped{err}
		}
	}
	return c.Failing(call)
}

// Failing is Before for a call that changes nothing by itself: it may fail, but
// is no step to be killed at.
func (c *Calls) Failing(call string) error {
	if c == nil || c.Fail == nil {
		return nil
	}
	if err := c.Fail(call); err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	return nil
}

type stopped struct{ error }

func (s *stopped) Unwrap() error { return s.error }

// Stop tells whether an error stands for the end of the process.
func Stop(err error) bool {
	_, ok := errors.AsType[*stopped](err)
	return ok
}
