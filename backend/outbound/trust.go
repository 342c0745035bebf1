package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The variables that package crypto/x509 knows on Unix. It reads them once, in
// the environment of the process; here they count in the one that was given, and
// the file anew when it changes.
const (
	certFile = "SSL_CERT_FILE"
	certDir  = "SSL_CERT_DIR"
)

// fileLimit is how large a file of certificates may be; those of whole systems
// have some hundred kilobytes.
const fileLimit = 16 << 20

// Problem is a file of certificates that does not count.
type Problem struct {
	File    string // its path
	Message string // what is wrong, and what is safe
	Hint    string // what to do next
}

// source is a place with certificates.
type source struct {
	path    string
	setting bool // named by the settings, not by the environment
	folder  bool
}

// sources are the places to look at, in their order.
func (s seen) sources() []source {
	var all []source
	for _, path := range s.settings.Certificates {
		all = append(all, source{path: path, setting: true})
	}
	if path := s.environment[certFile]; path != "" {
		all = append(all, source{path: path})
	}
	// Hundreds of files, which the process has read if they are its own.
	if paths := s.environment[certDir]; paths != os.Getenv(certDir) {
		for _, path := range filepath.SplitList(paths) {
			all = append(all, source{path: path, folder: true})
		}
	}
	return all
}

// stateOf is a text that changes with the places and what is in them.
func stateOf(all []source) string {
	var b strings.Builder
	for _, each := range all {
		fmt.Fprintf(&b, "%q %t", each.path, each.setting)
		if info, err := os.Stat(each.path); err == nil {
			fmt.Fprintf(&b, " %d %d %v", info.Size(), info.ModTime().UnixNano(), info.Mode())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// trust is what was read of the places.
type trust struct {
	files    string         // the state of the places
	roots    *x509.CertPool // nil: the system's own
	added    int            // certificates of the settings
	problems []Problem
}

func readTrust(now seen) trust {
	t := trust{files: now.files}
	var found []*x509.Certificate
	for _, each := range now.sources() {
		if each.folder {
			found = append(found, readFolder(each.path)...)
			continue
		}
		certificates, err := readFile(each.path)
		if err != nil {
			t.problems = append(t.problems, each.problem(err))
		}
		found = append(found, certificates...)
		if each.setting {
			t.added += len(certificates)
		}
	}
	if len(found) == 0 {
		return t
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // this system has none that could be read
	}
	for _, each := range found {
		roots.AddCert(each)
	}
	t.roots = roots
	return t
}

// config returns a configuration of the caller's own.
func (t trust) config() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.roots != nil {
		c.RootCAs = t.roots.Clone() // the SDK of AWS adds to it
	}
	return c
}

// Reasons for which a file does not count.
var (
	errNone     = errors.New("it holds no certificate in PEM form")
	errNoFile   = errors.New("it is not a file")
	errTooLarge = fmt.Errorf("it is larger than %d MB", fileLimit>>20)
	errRelative = errors.New("its path does not begin at the top of a drive")
)

func readFile(path string) ([]*x509.Certificate, error) {
	if !filepath.IsAbs(path) {
		return nil, errRelative
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // opening a pipe would wait
		return nil, errNoFile
	case info.Size() > fileLimit:
		return nil, errTooLarge
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, fileLimit))
	if err != nil {
		return nil, err
	}
	found := certificates(text)
	if len(found) == 0 {
		return nil, errNone
	}
	return found, nil
}

// readFolder reads what it can, as package crypto/x509 does.
func readFolder(path string) []*x509.Certificate {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil
	}
	var found []*x509.Certificate
	for _, entry := range entries {
		certificates, err := readFile(filepath.Join(path, entry.Name()))
		if err == nil {
			found = append(found, certificates...)
		}
	}
	return found
}

// certificates are those of a text in PEM form, without what else it holds.
func certificates(text []byte) []*x509.Certificate {
	var found []*x509.Certificate
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return found
		}
		text = rest
		if block.Type != "CERTIFICATE" {
			continue
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			found = append(found, certificate)
		}
	}
}

// problem says what is wrong with a place.
func (s source) problem(err error) Problem {
	p := Problem{File: s.path}
	where := "the setting " + certificatesSetting
	if !s.setting {
		where = "the variable " + certFile
	}
	why, hint := "it cannot be read", "Let your user read the file, or take it out of "+where+"."
	switch {
	case errors.Is(err, fs.ErrNotExist):
		why, hint = "there is no such file", "Correct its path in "+where+"."
	case errors.Is(err, errNone):
		why, hint = errNone.Error(), "Ask for the certificate in PEM form, a text that begins with -----BEGIN CERTIFICATE-----."
	case errors.Is(err, errRelative):
		why, hint = errRelative.Error(), "Write the whole path in "+where+"."
	case errors.Is(err, errNoFile), errors.Is(err, errTooLarge):
		why, hint = err.Error(), "Name a file with certificates in "+where+"."
	}
	p.Message = fmt.Sprintf("The certificates in %q do not count: %s. Nothing else has changed.", s.path, why)
	p.Hint = hint
	return p
}

// newProblems are those of now that were not there before.
func newProblems(before, now []Problem) []Problem {
	return slices.DeleteFunc(slices.Clone(now), func(p Problem) bool { return slices.Contains(before, p) })
}
