// Package webhost says which hosts of the web a pattern names.
//
// # Promises
//
// A pattern names one host, or with `*.` before it the hosts below one, never the
// host itself besides. It names them for https and the usual port, unless it says
// http:// or another port. No pattern names every host, nor all below a name
// where anybody can have one ("*.com", "*.github.io"), nor a machine by its
// number. Names are compared in the form in which a name server reads them, so
// that no letter passes for another.
package webhost

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// pattern is what a text names.
type pattern struct {
	scheme string // https or http
	name   string // as a name server reads it
	below  bool   // the hosts below name
	port   string // never empty
}

// Check says what is wrong with a pattern, as what follows it in a sentence;
// empty where it can be used.
func Check(text string) string {
	_, problem := parse(text)
	return problem
}

func parse(text string) (pattern, string) {
	p := pattern{scheme: "https"}
	rest := text
	if after, ok := strings.CutPrefix(rest, "http://"); ok {
		p.scheme, rest = "http", after
	}
	if rest == "*" || rest == "*." {
		return p, "would trust every host: write each by its name"
	}
	rest, p.below = strings.CutPrefix(rest, "*.")
	switch {
	case strings.Contains(rest, "://"):
		return p, "has to be a host without https://; only http:// can stand before it"
	case strings.ContainsAny(rest, "/?#@\\ \t\r\n"):
		return p, "has to be a host alone, with nothing before or after it"
	case strings.Contains(rest, "*"):
		return p, "has a star that means nothing: a star counts only as *. at the beginning"
	}
	name, port, hasPort := strings.Cut(rest, ":")
	p.port = usual(p.scheme)
	if hasPort {
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil || number == 0 {
			return p, "has a port that is none, or is an address by numbers: write a name, and a port from 1 to 65535 after a colon"
		}
		p.port = strconv.FormatUint(number, 10)
	}
	name, err := idna.Lookup.ToASCII(name)
	labels := strings.Split(name, ".")
	last := labels[len(labels)-1]
	switch {
	case err != nil || name == "":
		return p, "is not the name of a host"
	case slices.Contains(labels, ""):
		return p, "has a dot too many"
	case strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x"):
		return p, "is a number, not a name: such addresses are asked about each time"
	case len(labels) < 2 && !p.below:
		return p, "is not a whole name: write it with what follows its first dot"
	}
	if suffix, _ := publicsuffix.PublicSuffix(name); p.below && suffix == name {
		return p, "would trust hosts that anybody can have: write each by its name"
	}
	p.name = name
	return p, ""
}

func usual(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

// Match reports whether a pattern names the host of an address, in the form in
// which package fetch writes it. A pattern that cannot be used names none.
func Match(text string, at *url.URL) bool {
	p, problem := parse(text)
	if problem != "" || at.Scheme != p.scheme || at.User != nil {
		return false
	}
	port := at.Port()
	if port == "" {
		port = usual(at.Scheme)
	}
	name := at.Hostname()
	if p.below {
		above := len(name) - len(p.name) - 1
		return port == p.port && above > 0 && name[above:] == "."+p.name
	}
	return port == p.port && name == p.name
}

// Suggest returns the patterns that may be offered to somebody who has seen an
// address: its host alone. There are none for a number, nor for a name with
// letters that can look like others, nor where what comes back can be changed on
// the way: such hosts have to be written by hand.
func Suggest(at *url.URL) []string {
	name := at.Hostname()
	if _, err := netip.ParseAddr(name); err == nil || at.Scheme != "https" || lookalike(name) {
		return nil
	}
	if port := at.Port(); port != "" && port != usual(at.Scheme) {
		name += ":" + port
	}
	if Check(name) != "" || !Match(name, at) {
		return nil
	}
	return []string{name}
}

// lookalike reports whether a name has letters outside ASCII.
func lookalike(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if strings.HasPrefix(label, "xn--") {
			return true
		}
	}
	return false
}
