package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|third-?party-?notices?|patents)([-._].*)?$`)

// readTexts returns what a folder holds of licences, in the order of their names.
func readTexts(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("listing %q: %w", folder, err)
	}
	var texts []string
	for _, entry := range entries {
		if entry.IsDir() || !licenceName.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading a licence: %w", err)
		}
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
	return texts, nil
}

// eitherWay are works under one of two licences at the user's choice, told in words
// that no program reads: Keel takes this one.
func eitherWay(name string) string {
	switch name {
	case "kernel.org/pub/linux/libs/security/libcap/cap", "kernel.org/pub/linux/libs/security/libcap/psx":
		return "BSD-3-Clause" // or GPL-2.0-only
	default:
		return ""
	}
}

// recognise returns the licence that a text is, as an SPDX name; "" is none known.
// Where a file holds several (a project's own and that of what it took over), the
// first one is the project's.
func recognise(texts []string) string {
	for _, text := range texts {
		found := licensecheck.Scan([]byte(text))
		at := slices.IndexFunc(found.Match, func(m licensecheck.Match) bool { return !m.IsURL })
		if at >= 0 {
			return found.Match[at].ID
		}
	}
	return ""
}

// plain is a licence as SPDX writes it today.
func plain(licence string) string {
	licence = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(licence), "("), ")")
	if older, ok := strings.CutSuffix(licence, "+"); ok {
		return older + "-or-later"
	}
	return licence
}

// mit is the text of the MIT licence, for packages that name it without bringing it.
func mit(holder string) string {
	return "MIT License\n\nCopyright (c) " + holder + `

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`
}
