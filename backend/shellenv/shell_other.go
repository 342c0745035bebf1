//go:build !unix

package shellenv

import (
	"context"
	"errors"
)

func runShell(context.Context, Options, string) ([]byte, error) {
	return nil, errors.New("programs get their whole environment from this system")
}

func loginShell(map[string]string) string { return "" }
