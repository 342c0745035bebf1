package extension

import (
	"crypto/x509"
	"errors"
	"net"
	"syscall"
)

// reason says in a few words why nobody could be asked.
func reason(err error) string {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		if lookup.IsNotFound {
			return "nobody knows a machine of this name"
		}
		return "its name cannot be looked up"
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "nothing answers at this address (connection refused)"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "its certificate is for another name"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "its certificate is not valid at this date"
	}
	return Plain(cause(err), 200)
}

// cause is the last of a chain of errors, which says most with the fewest words.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
