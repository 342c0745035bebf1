package extension_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
	"github.com/keel-ide/keel/backend/outbound"
)

// BenchmarkFirstList is what twenty extensions cost at a start: reading the list
// and their manifests of 50 kB each.
func BenchmarkFirstList(b *testing.B) {
	folder := filepath.Join(b.TempDir(), "extensions")
	transport := outbound.New(outbound.Options{})
	defer transport.Close()
	e := extension.New(extension.Options{Folder: folder, Outbound: transport})
	defer e.Close()
	for i := range 20 {
		manifest := extensiontest.Manifest("a", fmt.Sprintf("e%d", i), "1.0.0", map[string]any{"contributes": map[string]string{"x": strings.Repeat("x", 50_000)}})
		token, err := e.TakeBytes(b.Context(), "a.vsix", strings.NewReader(string(extensiontest.Pack(b, manifest, nil))))
		if err != nil {
			b.Fatal(err)
		}
		plan, err := e.Plan(b.Context(), extension.PlanRequest{File: token})
		if err != nil {
			b.Fatal(err)
		}
		if err := e.Agree(b.Context(), plan.ID); err != nil {
			b.Fatal(err)
		}
		progress := e.Progress(b.Context())
		job, err := e.Install(b.Context(), extension.InstallRequest{PlanID: plan.ID, ID: plan.Items[0].ID})
		if err != nil {
			b.Fatal(err)
		}
		if err := extension.Wait(b.Context(), progress, job, func(extension.Progress) {}); err != nil {
			b.Fatal(err)
		}
		progress.Close()
	}
	for b.Loop() {
		fresh := extension.New(extension.Options{Folder: folder, Outbound: transport})
		list, err := fresh.List(b.Context())
		if err != nil || len(list) != 20 {
			b.Fatalf("%d extensions, %v", len(list), err)
		}
		if err := fresh.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
