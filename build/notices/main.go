// Command notices tells what a build of Keel is made of.
//
//	go run ./build/notices -version V -notices FILE -sbom FILE
//
// It writes the licences of everything that comes along, for people, and the same
// list as a CycloneDX bill of materials, for programs.
//
// # Promises
//
// The list is of what this build links (go list -deps with the product's tags) and
// of every package that the page depends on (package-lock.json): rather one too many
// than one too few. A part without a licence ends the command with an error, and so
// does a licence that nobody has looked at. The same sources give the same bytes.
// A file whose name ends in ".gz" is compressed.
package main

import (
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

// part is something that comes along with Keel.
type part struct {
	ecosystem string // "golang" or "npm", as in a package URL
	name      string
	version   string
	licence   string // an SPDX expression
	texts     []string
}

// looked are the licences that Keel may bring along: all let a program under MIT do
// so as long as their text comes with it.
var looked = []string{
	"0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0",
	"CC0-1.0", "ISC", "MIT", "MPL-2.0", "MPL-2.0 OR Apache-2.0", "Python-2.0", "Unlicense", "Zlib",
	// Of jschardet, which guesses encodings; it stays a library of its own, unchanged.
	"LGPL-2.1-or-later",
}

func main() {
	version := flag.String("version", "", "Keel's version")
	notices := flag.String("notices", "", "file to write the licences to")
	bill := flag.String("sbom", "", "file to write the bill of materials to")
	tags := flag.String("tags", "", "build tags of the product")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *version, *tags, *notices, *bill); err != nil {
		fmt.Fprintf(os.Stderr, "notices: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, version, tags, notices, bill string) error {
	parts, err := gather(ctx, ".", tags)
	if err != nil {
		return err
	}
	if err := write(notices, func(to io.Writer) error { return writeNotices(to, parts) }); err != nil {
		return err
	}
	return write(bill, func(to io.Writer) error { return writeBill(to, version, parts) })
}

// gather lists all parts of the sources in a folder, sorted.
func gather(ctx context.Context, folder, tags string) ([]part, error) {
	modules, err := goParts(ctx, folder, tags)
	if err != nil {
		return nil, err
	}
	packages, err := pageParts(filepath.Join(folder, "frontend"))
	if err != nil {
		return nil, err
	}
	parts := slices.Concat(modules, packages)
	for _, p := range parts {
		if !slices.Contains(looked, p.licence) {
			return nil, fmt.Errorf("reading the licence of %s %s: %q is none that may come along", p.name, p.version, p.licence)
		}
	}
	slices.SortFunc(parts, func(a, b part) int {
		return strings.Compare(a.ecosystem+"\x00"+a.name+"\x00"+a.version, b.ecosystem+"\x00"+b.name+"\x00"+b.version)
	})
	return slices.CompactFunc(parts, func(a, b part) bool {
		return a.ecosystem == b.ecosystem && a.name == b.name && a.version == b.version
	}), nil
}

func write(name string, fill func(io.Writer) error) (err error) {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("creating %q: %w", name, err)
	}
	defer func() {
		if closing := f.Close(); err == nil && closing != nil {
			err = fmt.Errorf("writing %q: %w", name, closing)
		}
	}()
	if !strings.HasSuffix(name, ".gz") {
		return fill(f)
	}
	packer, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("compressing %q: %w", name, err)
	}
	return errors.Join(fill(packer), packer.Close())
}
