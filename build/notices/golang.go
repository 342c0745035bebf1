package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// goParts lists Go itself and the modules that the product and its helper link.
func goParts(ctx context.Context, folder, tags string) ([]part, error) {
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-tags", tags, "-json=Module", ".", "./app/helper")
	list.Dir = folder
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the modules: %w", err)
	}
	var parts []part
	seen := map[string]bool{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var one struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
				Replace            *struct{ Path, Version, Dir string }
			}
		}
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("reading the list of modules: %w", err)
		}
		m := one.Module
		if m == nil || m.Main || seen[m.Path] {
			continue
		}
		seen[m.Path] = true
		dir := m.Dir
		if m.Replace != nil {
			dir = m.Replace.Dir
		}
		texts, err := readTexts(dir)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{ecosystem: "golang", name: m.Path, version: m.Version, licence: cmp.Or(eitherWay(m.Path), recognise(texts)), texts: texts})
	}
	standard, err := standardLibrary(ctx)
	if err != nil {
		return nil, err
	}
	return append(parts, standard), nil
}

func standardLibrary(ctx context.Context) (part, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return part{}, fmt.Errorf("asking where Go is: %w", err)
	}
	root, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	texts, err := readTexts(root)
	if err != nil {
		return part{}, err
	}
	return part{ecosystem: "golang", name: "std", version: strings.TrimPrefix(version, "go"), licence: recognise(texts), texts: texts}, nil
}
