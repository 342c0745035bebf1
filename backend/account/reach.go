package account

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/keel-ide/keel/backend/outbound"
)

// Hints that several reasons share.
const (
	hintRetry = "Nothing was changed. Look at the network connection, then try again."
	hintTrust = "If your network opens encrypted connections, name the file with its certificate in the setting keelAgent.network.certificates, then try again. If it does not, do not go on in this network."
)

// Unreachable says in words for a person why a service gave no answer: err is
// what its HTTP client returned. The address that was asked is left out, as it
// may hold a secret. An [*Error] in err is returned as it is, and so are the words
// of an [*outbound.Error]: what a proxy does wrong is for package outbound to say.
//
// A context that was cancelled is the caller's to notice before.
func Unreachable(service string, err error) *Error {
	if said, ok := errors.AsType[*Error](err); ok {
		return said
	}
	if known, ok := errors.AsType[*outbound.Error](err); ok {
		return &Error{Message: known.Message, Hint: known.Hint, Err: known.Err}
	}
	// A *url.Error is its address and what happened.
	if asked, ok := errors.AsType[*url.Error](err); ok {
		err = asked.Err
	}
	because := func(why, hint string) *Error {
		return &Error{Message: service + " could not be reached: " + why, Hint: hint, Err: err}
	}
	for _, reason := range []func(error) (why, hint string){unverified, unconnected} {
		if why, hint := reason(err); why != "" {
			return because(why, hint)
		}
	}
	return because("the connection failed.", hintRetry)
}

// unverified tells why it is not known who answers.
func unverified(err error) (why, hint string) {
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	_, isName := errors.AsType[x509.HostnameError](err)
	_, isUnknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, isOther := errors.AsType[*tls.CertificateVerificationError](err)
	_, isPlain := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case isInvalid && invalid.Reason == x509.Expired:
		return "its certificate is not valid at this time.", "Look at this computer's date and time; when they are right, the certificate of the server or of your network has run out. Then try again."
	case isUnknown:
		return "its certificate was made by an authority that this computer does not trust.", hintTrust
	case isName:
		return "the certificate that answers belongs to another server.", "Some networks answer like this until you have signed in to them in a browser. Do that, then try again."
	case isInvalid, isOther:
		return "its certificate cannot be trusted.", hintTrust
	case isPlain, errors.Is(err, http.ErrSchemeMismatch):
		return "what answers does not speak an encrypted protocol.", "A proxy or a network's own sign-in page may stand between. Look at the setting keelAgent.network.proxy, and open a page in a browser. Then try again."
	}
	return "", ""
}

// unconnected tells why no connection came about, or why it ended.
func unconnected(err error) (why, hint string) {
	name, isName := errors.AsType[*net.DNSError](err)
	late, isNet := errors.AsType[net.Error](err)
	switch {
	case isName && name.IsNotFound:
		return "there is no server by the name " + strings.TrimSuffix(name.Name, ".") + ".", "Look at the name, and at the network connection: some servers are known inside a company's network only. Then try again."
	case isName:
		return "the server's name could not be looked up.", hintRetry
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the server refuses connections.", hintRetry
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "there is no way to it from this network.", hintRetry
	case errors.Is(err, context.DeadlineExceeded), isNet && late.Timeout():
		return "it did not answer in time.", hintRetry
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was cut.", hintRetry
	}
	return "", ""
}
