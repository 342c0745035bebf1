package endpoint

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/provider"
)

// explainNetwork says why there was no answer at all.
func explainNetwork(err error, s Service) *provider.Error {
	if known, ok := errors.AsType[*provider.Error](err); ok {
		return known // a transport that signs in has said it
	}
	explained := explainConnection(err, s)
	// The cause without the address: that of a proxy may hold a password.
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	explained.Err = err
	return explained
}

func explainConnection(err error, s Service) *provider.Error {
	if known, ok := errors.AsType[*outbound.Error](err); ok {
		return Unreached(known)
	}
	if explained := explainTLS(err, s); explained != nil {
		return explained
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		if name.IsNotFound {
			return fault(provider.ClassBounded, fmt.Sprintf("There is no host %q for %s.", name.Name, s.Name),
				settingHint(s, "Check the network, and the address", "Check the network"))
		}
		return fault(provider.ClassBounded, fmt.Sprintf("The address of %s could not be looked up.", s.Name), "Check the network.")
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		if s.Start != "" {
			return fault(provider.ClassBounded, fmt.Sprintf("%s is not running at %s.", s.Name, host(s.Base)), s.Start)
		}
		return fault(provider.ClassBounded, fmt.Sprintf("Nothing answers for %s at %s: is it running?", s.Name, host(s.Base)),
			settingHint(s, "Start it, or change the address", "Start it, or check the network"))
	}
	return fault(provider.ClassBounded, fmt.Sprintf("%s cannot be reached at %s.", s.Name, host(s.Base)), "Check the network and the proxy.")
}

// Unreached says what a proxy, or a certificate that is not trusted, means for a
// turn: what only the user can change is not tried again.
func Unreached(e *outbound.Error) *provider.Error {
	class := provider.ClassValidation
	switch e.Reason {
	case outbound.ProxyWants:
		class = provider.ClassAuth
	case outbound.ProxyDown:
		class = provider.ClassBounded
	case outbound.ProxyRefused:
		class = provider.ClassAccess
	}
	return fault(class, e.Message, e.Hint)
}

func explainTLS(err error, s Service) *provider.Error {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return fault(provider.ClassValidation, fmt.Sprintf("The certificate of %s is for another host; nothing was sent.", s.Name),
			settingHint(s, "Check the address", "Check the network and the proxy"))
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return fault(provider.ClassValidation, fmt.Sprintf("The certificate of %s has expired, or this computer's clock is wrong; nothing was sent.", s.Name),
				"Check the clock; else its owner has to renew it.")
		}
		return fault(provider.ClassValidation, fmt.Sprintf("The certificate of %s is not valid; nothing was sent.", s.Name), "Check the network and the proxy.")
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || strings.Contains(err.Error(), "HTTP response to HTTPS client") {
		return fault(provider.ClassValidation, fmt.Sprintf("%s does not speak https at %s.", s.Name, host(s.Base)),
			settingHint(s, "Write http:// instead of https://", "Check the network and the proxy"))
	}
	return nil
}

// Cut says that a reply was cut before its end.
func Cut(err error, s Service) *provider.Error {
	return &provider.Error{
		Class:   provider.ClassInterrupted,
		Message: fmt.Sprintf("The reply from %s was cut before its end.", s.Name),
		Hint:    "Nothing of it was run. Check the network, or the server, if it happens again.",
		Err:     err,
	}
}
