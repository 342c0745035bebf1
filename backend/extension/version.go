package extension

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// The version of VS Code whose workbench this is; extensions name the oldest one
// that they work with.
const (
	engineMajor = 1
	engineMinor = 128
)

// longestVersion is how many bytes a version may have.
const longestVersion = 64

// versionForm is semantic versioning 2.0.0 with numbers that fit.
var versionForm = regexp.MustCompile(`^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$`)

func validVersion(text string) bool {
	return len(text) <= longestVersion && versionForm.MatchString(text)
}

// compareVersions orders valid versions, the older first; what is not valid is
// older than everything.
func compareVersions(a, b string) int {
	x, y := versionForm.FindStringSubmatch(a), versionForm.FindStringSubmatch(b)
	if x == nil || y == nil {
		return cmp.Compare(min(len(x), 1), min(len(y), 1))
	}
	for i := 1; i <= 3; i++ {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return cmp.Compare(m, n)
		}
	}
	return comparePreRelease(x[4], y[4])
}

// comparePreRelease is rule 11 of semantic versioning.
func comparePreRelease(a, b string) int {
	if a == b {
		return 0
	}
	if a == "" || b == "" {
		return cmp.Compare(min(len(b), 1), min(len(a), 1)) // the one without is newer
	}
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, wrongM := strconv.Atoi(x[i])
		n, wrongN := strconv.Atoi(y[i])
		var order int
		switch {
		case wrongM == nil && wrongN == nil:
			order = cmp.Compare(m, n)
		case wrongM == nil:
			order = -1
		case wrongN == nil:
			order = 1
		default:
			order = cmp.Compare(x[i], y[i])
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(len(x), len(y))
}

// engineForm is what engines.vscode may say, as the workbench reads it.
var engineForm = regexp.MustCompile(`^(\^|>=)?(\d{1,9}|x)\.(\d{1,9}|x)\.(\d{1,9}|x)(-.*)?$`)

// engine tells whether this workbench is one that an extension asks for. Known is
// false where that cannot be read; the workbench would not load it then.
func engine(wanted string) (works, known bool) {
	wanted = strings.TrimSpace(wanted)
	if wanted == "*" {
		return true, true
	}
	parts := engineForm.FindStringSubmatch(wanted)
	if parts == nil {
		return false, false
	}
	major, err := strconv.Atoi(parts[2])
	if err != nil || major < engineMajor {
		return true, true // any, or from before 1.0, which counts as 1.0
	}
	minor, err := strconv.Atoi(parts[3])
	if err != nil {
		return major == engineMajor, true // any
	}
	if major > engineMajor || minor > engineMinor {
		return false, true
	}
	exact := parts[1] == "" // that version and no other
	return !exact || minor == engineMinor, true
}
