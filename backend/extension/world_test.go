package extension_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
	"github.com/keel-ide/keel/backend/outbound"
)

// open returns extensions in a folder of their own that come from a registry.
func open(t *testing.T, registry *extensiontest.Registry) *extension.Extensions {
	t.Helper()
	return openIn(t, t.TempDir(), registry.URL, extension.Options{})
}

func openIn(t *testing.T, folder, gallery string, o extension.Options) *extension.Extensions {
	t.Helper()
	transport := outbound.New(outbound.Options{Environ: func() []string { return nil }})
	o.Folder, o.Outbound = filepath.Join(folder, "extensions"), transport
	o.Cache = filepath.Join(folder, "cache")
	o.Gallery = func() string { return gallery }
	e := extension.New(o)
	folders[e] = o.Folder
	t.Cleanup(func() {
		_ = e.Close()
		_ = transport.Close()
	})
	return e
}

// folders are where the extensions of the tests are kept; tests run one by one.
var folders = map[*extension.Extensions]string{}

func plan(t *testing.T, e *extension.Extensions, id string) extension.Plan {
	t.Helper()
	p, err := e.Plan(t.Context(), extension.PlanRequest{ID: id})
	if err != nil {
		t.Fatalf("planning %s: %v", id, err)
	}
	return p
}

// install plans, agrees and installs everything that is not refused.
func install(t *testing.T, e *extension.Extensions, id string) error {
	t.Helper()
	p, err := e.Plan(t.Context(), extension.PlanRequest{ID: id})
	if err != nil {
		return err
	}
	return carryOut(t, e, p)
}

func installFile(t *testing.T, e *extension.Extensions, vsix []byte) error {
	t.Helper()
	token, err := e.TakeBytes(t.Context(), "a.vsix", strings.NewReader(string(vsix)))
	if err != nil {
		return err
	}
	p, err := e.Plan(t.Context(), extension.PlanRequest{File: token})
	if err != nil {
		return err
	}
	return carryOut(t, e, p)
}

func carryOut(t *testing.T, e *extension.Extensions, p extension.Plan) error {
	t.Helper()
	if p.Items[0].Refused != "" {
		return errors.New(p.Items[0].Refused)
	}
	if err := e.Agree(t.Context(), p.ID); err != nil {
		return err
	}
	for _, item := range slices.Backward(p.Items) {
		if item.Refused != "" {
			continue
		}
		if err := run(t, e, extension.InstallRequest{PlanID: p.ID, ID: item.ID, Version: item.Version}); err != nil {
			return err
		}
	}
	return nil
}

// run installs and waits for the end.
func run(t *testing.T, e *extension.Extensions, request extension.InstallRequest) error {
	t.Helper()
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	progress := e.Progress(ctx)
	defer progress.Close()
	job, err := e.Install(ctx, request)
	if err != nil {
		return err
	}
	return extension.Wait(ctx, progress, job, func(extension.Progress) {})
}

// installed lists id and version of what is there.
func installed(t *testing.T, e *extension.Extensions) []string {
	t.Helper()
	list, err := e.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, each := range list {
		all = append(all, each.ID+" "+each.Version)
	}
	return all
}

// onDisk lists what stands in the folder of extensions, without the list and its
// lock.
func onDisk(t *testing.T, e *extension.Extensions) []string {
	t.Helper()
	entries, err := os.ReadDir(folders[e])
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	all := []string{}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "extensions.json") {
			all = append(all, entry.Name())
		}
	}
	return all
}
