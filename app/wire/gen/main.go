// Command gen writes frontend/src/bridge/wire.gen.ts: the TypeScript twin of the
// types of package wire, of its table of events, and of the bound methods of
// package bind. With -check it writes nothing and fails when the file is stale.
//
// It reads the Go source with its types, not values, so that parameter names
// and comments come along.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

const (
	bindPath = "github.com/keel-ide/keel/app/bind"
	wirePath = "github.com/keel-ide/keel/app/wire"
	target   = "frontend/src/bridge/wire.gen.ts"
)

func main() {
	check := flag.Bool("check", false, "fail when the file is stale instead of writing it")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	top, err := moduleRoot()
	if err != nil {
		return err
	}
	text, err := generate(top)
	if err != nil {
		return err
	}
	file := filepath.Join(top, filepath.FromSlash(target))
	old, err := os.ReadFile(file)
	if err == nil && bytes.Equal(old, text) {
		return nil
	}
	if check {
		return fmt.Errorf("%s is stale: run `task gen` and commit the result", target)
	}
	return os.WriteFile(file, text, 0o644)
}

func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", fmt.Errorf("finding go.mod above the working folder: none")
		}
		folder = parent
	}
}

func generate(top string) ([]byte, error) {
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps,
		Dir:  top,
	}, bindPath, wirePath)
	if err != nil {
		return nil, fmt.Errorf("loading packages: %w", err)
	}
	w := newWriter(loaded)
	var bind, wire *packages.Package
	for _, p := range loaded {
		switch p.PkgPath {
		case bindPath:
			bind = p
		case wirePath:
			wire = p
		}
	}
	if bind == nil || wire == nil {
		return nil, fmt.Errorf("loading packages: %s or %s is missing", bindPath, wirePath)
	}
	var out strings.Builder
	out.WriteString("// Made by `task gen` from app/bind and app/wire. Do not edit.\n\n")
	services, err := w.services(bind)
	if err != nil {
		return nil, err
	}
	events, err := w.events(wire)
	if err != nil {
		return nil, err
	}
	if err := w.require(wire.Types.Scope().Lookup("Error")); err != nil {
		return nil, err
	}
	types, err := w.types()
	if err != nil {
		return nil, err
	}
	out.WriteString(types)
	out.WriteString(events)
	out.WriteString(services)
	return []byte(out.String()), nil
}
