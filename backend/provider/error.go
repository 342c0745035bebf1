package provider

import (
	"errors"
	"fmt"
	"time"
)

// Class says what may be done about a provider's error.
type Class string

const (
	ClassThrottle    Class = "throttle"    // wait and try again
	ClassBounded     Class = "bounded"     // try again once or twice
	ClassContext     Class = "context"     // the conversation is too long
	ClassAuth        Class = "auth"        // sign in again
	ClassAccess      Class = "access"      // signed in, but this model is not allowed
	ClassQuota       Class = "quota"       // allowed, but used up
	ClassValidation  Class = "validation"  // our request is wrong; never retried
	ClassInterrupted Class = "interrupted" // the reply was cut; retried from its start
)

// Error is what a provider's failure means to a person and to the retry layer.
type Error struct {
	Class      Class
	Message    string        // what happened, one sentence
	Hint       string        // what to do next, one sentence
	RetryAfter time.Duration // 0 when the service did not say
	Err        error         // the cause; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return fmt.Sprintf("%s: %v", e.Message, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of the first [Error] in err's chain, or "".
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return ""
}
