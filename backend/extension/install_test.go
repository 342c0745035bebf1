package extension_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
)

func TestInstallsFromTheRegistry(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{
		Publisher: "Acme", Name: "dusk", Version: "1.2.0", Verified: true,
		Files: extensiontest.Files{"README.md": "# Dusk", "themes/dusk.json": `{"type":"dark"}`, "package.nls.json": `{"name":"Dusk"}`},
	}, map[string]any{"displayName": "%name%"})
	registry.Add(t, extensiontest.Version{Publisher: "Acme", Name: "dusk", Version: "1.3.0", PreRelease: true}, nil)
	registry.Add(t, extensiontest.Version{Publisher: "Acme", Name: "dusk", Version: "1.1.0"}, nil)
	e := open(t, registry)

	got := plan(t, e, "acme.dusk")
	want := []extension.Item{{
		ID: "Acme.dusk", Version: "1.2.0", DisplayName: "dusk", PublisherName: "Acme", Why: "asked",
		Kind: extension.Declarative, Verified: true, NewPublisher: true, Signed: true,
	}}
	if d := cmp.Diff(want, got.Items); d != "" {
		t.Fatalf("the plan (-want +got):\n%s", d)
	}
	if err := run(t, e, extension.InstallRequest{PlanID: got.ID, ID: "acme.dusk"}); !errors.Is(err, extension.ErrNotAgreed) {
		t.Fatalf("installing what nobody agreed to: %v", err)
	}
	if err := carryOut(t, e, got); err != nil {
		t.Fatal(err)
	}
	list, err := e.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 {
		t.Fatalf("installed: %v", list)
	}
	one := list[0]
	if one.Folder != "acme.dusk-1.2.0" || !one.Signed || one.DisplayName != "Dusk" || one.Readme != "README.md" || one.Source != "registry" ||
		!strings.Contains(one.Manifest, `"publisher":"Acme"`) || one.Translations != `{"name":"Dusk"}` || one.Size == 0 || one.InstalledAt == 0 {
		t.Errorf("installed: %+v", one)
	}
	if d := cmp.Diff([]string{"acme.dusk-1.2.0"}, onDisk(t, e)); d != "" {
		t.Errorf("on the disk (-want +got):\n%s", d)
	}
	served, err := e.OpenFile(t.Context(), one.Folder, "themes/dusk.json")
	if err != nil {
		t.Fatal(err)
	}
	defer served.File.Close()
	if data, _ := io.ReadAll(served.File); string(data) != `{"type":"dark"}` || served.Type != "application/json" {
		t.Errorf("served %q as %s", data, served.Type)
	}
	// Nobody has to agree to the publisher again, and the plan counts once.
	again := plan(t, e, "acme.dusk")
	if again.Items[0].NewPublisher || again.Items[0].Installed != "1.2.0" {
		t.Errorf("planned again: %+v", again.Items[0])
	}
	if err := run(t, e, extension.InstallRequest{PlanID: got.ID, ID: "acme.dusk"}); err == nil {
		t.Error("a plan was carried out twice")
	}
}

func TestUpdatesKeepWhatWindowsShow(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0", Files: extensiontest.Files{"x.json": "1"}}, nil)
	e := open(t, registry)
	if err := install(t, e, "a.b"); err != nil {
		t.Fatal(err)
	}
	if err := e.SetMetadata(t.Context(), "a.b", `{"pinned":true}`); err != nil {
		t.Fatal(err)
	}
	if served, err := e.OpenFile(t.Context(), "a.b-1.0.0", "x.json"); err != nil {
		t.Fatal(err)
	} else {
		served.File.Close()
	}
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "2.0.0"}, nil)
	if err := install(t, e, "a.b"); err != nil {
		t.Fatal(err)
	}
	list, err := e.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Version != "2.0.0" || list[0].Metadata != `{"pinned":true}` {
		t.Fatalf("after the update: %+v, %v", list, err)
	}
	served, err := e.OpenFile(t.Context(), "a.b-1.0.0", "x.json")
	if err != nil {
		t.Fatalf("the old version is still shown: %v", err)
	}
	served.File.Close()
	if err := e.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a.b-2.0.0"}, onDisk(t, e)); d != "" {
		t.Errorf("after the next start (-want +got):\n%s", d)
	}
}

func TestUninstallTakesTheFilesAway(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
	e := open(t, registry)
	if err := install(t, e, "a.b"); err != nil {
		t.Fatal(err)
	}
	if err := e.Uninstall(t.Context(), "A.B"); err != nil {
		t.Fatal(err)
	}
	if got := installed(t, e); len(got) != 0 {
		t.Errorf("installed: %v", got)
	}
	if got := onDisk(t, e); len(got) != 0 {
		t.Errorf("on the disk: %v", got)
	}
	if err := e.Uninstall(t.Context(), "a.b"); !errors.Is(err, extension.ErrNotFound) {
		t.Errorf("uninstalling what is not there: %v", err)
	}
}

func TestAPlanNamesEverything(t *testing.T) {
	registry := extensiontest.New(t)
	add := func(name string, members map[string]any) {
		registry.Add(t, extensiontest.Version{Publisher: "p", Name: name, Version: "1.0.0"}, members)
	}
	add("pack", map[string]any{"contributes": nil, "extensionPack": []string{"p.theme", "p.node", "p.gone", "p.web"}})
	add("theme", nil)
	add("web", map[string]any{"browser": "./web.js", "extensionDependencies": []string{"vscode.git", "p.lib", "p.pack"}})
	add("lib", nil)
	add("node", map[string]any{"main": "./main.js"})
	add("broken", map[string]any{"extensionDependencies": []string{"p.node"}})
	add("empty", map[string]any{"contributes": nil, "extensionPack": []string{"p.node"}})
	add("remote-ssh", map[string]any{"main": "./main.js"})
	add("new", map[string]any{"engines": map[string]string{"vscode": "^1.129.0"}})
	add("nothing", map[string]any{"contributes": nil})
	registry.Add(t, extensiontest.Version{Publisher: "Keel", Name: "agent", Version: "9.0.0"}, nil)
	e := open(t, registry)

	var got []string
	for _, item := range plan(t, e, "p.pack").Items {
		got = append(got, strings.TrimSpace(strings.Join([]string{item.ID, item.Why, string(item.Kind), item.Refused}, " ")))
	}
	want := []string{
		"p.pack asked declarative",
		"p.theme pack declarative",
		"p.node pack node It needs the Node extension host, which is not available yet.",
		"p.gone pack declarative The registry at " + strings.TrimPrefix(registry.URL, "http://") + " does not have p.gone.",
		"p.web pack web",
		"p.lib dependency declarative",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the pack's plan (-want +got):\n%s", d)
	}
	for id, why := range map[string]string{
		"p.node":       "It needs the Node extension host, which is not available yet.",
		"p.remote-ssh": "It needs the Node extension host, which is not available yet. Keel's own support for folders on other machines is coming.",
		"p.broken":     "It needs node, which cannot be installed. It needs the Node extension host, which is not available yet.",
		"p.empty":      "None of the extensions of this pack can be installed.",
		"p.new":        "It needs VS Code ^1.129.0; this is 1.128.",
		"keel.agent":   "It says to be published by Keel, whose own parts come with the program.",
		"p.nothing":    "It does nothing: it has neither code nor anything that it contributes.",
	} {
		made := plan(t, e, id)
		if made.Items[0].Refused != why {
			t.Errorf("%s is refused with %q, want %q", id, made.Items[0].Refused, why)
		}
		if err := e.Agree(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		if err := run(t, e, extension.InstallRequest{PlanID: made.ID, ID: id}); !errors.Is(err, extension.ErrRefused) {
			t.Errorf("%s was installed: %v", id, err)
		}
	}
	if err := install(t, e, "p.pack"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"p.lib 1.0.0", "p.web 1.0.0", "p.theme 1.0.0", "p.pack 1.0.0"}, installed(t, e)); d != "" {
		t.Errorf("installed (-want +got):\n%s", d)
	}
}

func TestChoosesAPackageForThisPlatform(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "p", Name: "many", Version: "1.0.0", Platform: "linux-x64"}, nil)
	registry.Add(t, extensiontest.Version{Publisher: "p", Name: "many", Version: "1.0.0", Platform: "web"}, map[string]any{"browser": "./b.js"})
	registry.Add(t, extensiontest.Version{Publisher: "p", Name: "one", Version: "1.0.0", Platform: "win32-x64"}, nil)
	e := open(t, registry)
	if item := plan(t, e, "p.many").Items[0]; item.Refused != "" || item.Kind != extension.Web {
		t.Errorf("many: %+v", item)
	}
	made, err := e.Plan(t.Context(), extension.PlanRequest{ID: "p.many", Version: "1.0.0"})
	if err != nil || made.Items[0].Refused != "" {
		t.Errorf("many@1.0.0: %+v, %v", made, err)
	}
	if item := plan(t, e, "p.one").Items[0]; item.Refused != "This package is made for win32-x64 only." {
		t.Errorf("one: %+v", item)
	}
}

func TestInstallsAFileAsItWasShown(t *testing.T) {
	registry := extensiontest.New(t)
	e := open(t, registry)
	path := filepath.Join(t.TempDir(), "a.vsix")
	vsix := extensiontest.Pack(t, extensiontest.Manifest("a", "b", "1.0.0", nil), extensiontest.Files{"x": "shown"})
	if err := os.WriteFile(path, vsix, 0o600); err != nil {
		t.Fatal(err)
	}
	token, err := e.TakeFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	made, err := e.Plan(t.Context(), extension.PlanRequest{File: token})
	if err != nil {
		t.Fatal(err)
	}
	want := extension.Item{ID: "a.b", Version: "1.0.0", DisplayName: "B", PublisherName: "a", Why: "asked", Kind: extension.Declarative, NewPublisher: true, Size: int64(len(vsix))}
	if d := cmp.Diff(want, made.Items[0]); d != "" {
		t.Errorf("the plan (-want +got):\n%s", d)
	}
	other := extensiontest.Pack(t, extensiontest.Manifest("a", "b", "1.0.0", nil), extensiontest.Files{"x": "swapped"})
	if err := os.WriteFile(path, other, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := carryOut(t, e, made); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(folders[e], "a.b-1.0.0", "x")); err != nil || string(data) != "shown" {
		t.Errorf("installed %q, %v", data, err)
	}
	// The same version once more takes its place.
	if err := installFile(t, e, other); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(folders[e], "a.b-1.0.0", "x")); err != nil || string(data) != "swapped" {
		t.Errorf("installed %q, %v", data, err)
	}
	if d := cmp.Diff([]string{"a.b-1.0.0"}, onDisk(t, e)); d != "" {
		t.Errorf("on the disk (-want +got):\n%s", d)
	}
	if len(registry.Asked()) != 0 {
		t.Errorf("the registry was asked: %v", registry.Asked())
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
	e := open(t, registry)
	made := plan(t, e, "a.b")
	if err := e.Agree(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	here, on := make(chan struct{}), make(chan struct{})
	e.SetFault(func(point string) error {
		if point == "extracted" {
			close(here)
			<-on
		}
		return nil
	})
	progress := e.Progress(ctx)
	defer progress.Close()
	job, err := e.Install(ctx, extension.InstallRequest{PlanID: made.ID, ID: "a.b"})
	if err != nil {
		t.Fatal(err)
	}
	<-here
	if err := e.Cancel(ctx, job); err != nil {
		t.Fatal(err)
	}
	close(on)
	var last extension.Progress
	if err := extension.Wait(ctx, progress, job, func(p extension.Progress) { last = p }); !errors.Is(err, context.Canceled) || last.Phase != "cancelled" {
		t.Fatalf("ended with %v in %+v", err, last)
	}
	if got := onDisk(t, e); len(got) != 0 {
		t.Errorf("on the disk: %v", got)
	}
	if err := e.Cancel(ctx, job); !errors.Is(err, extension.ErrNotFound) {
		t.Errorf("cancelling what has ended: %v", err)
	}
	// The plan still stands.
	e.SetFault(func(string) error { return nil })
	if err := run(t, e, extension.InstallRequest{PlanID: made.ID, ID: "a.b"}); err != nil {
		t.Error(err)
	}
}

func TestAnotherProcessIsSeen(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
	folder := t.TempDir()
	window := openIn(t, folder, registry.URL, extension.Options{})
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	changes := window.Changes(ctx)
	defer changes.Close()
	other := openIn(t, folder, registry.URL, extension.Options{})
	if err := install(t, other, "a.b"); err != nil {
		t.Fatal(err)
	}
	for len(installed(t, window)) == 0 {
		if _, err := changes.Next(ctx); err != nil {
			t.Fatal("the other process's extension did not show")
		}
	}
}

func TestSeveralAtOnce(t *testing.T) {
	registry := extensiontest.New(t)
	folder := t.TempDir()
	var group sync.WaitGroup
	var want []string
	for i := range 3 {
		e := openIn(t, folder, registry.URL, extension.Options{})
		for j := range 3 {
			name := fmt.Sprintf("e%d-%d", i, j)
			want = append(want, "a."+name+" 1.0.0")
			vsix := extensiontest.Pack(t, extensiontest.Manifest("a", name, "1.0.0", nil), nil)
			group.Go(func() {
				if err := installFile(t, e, vsix); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
	}
	group.Wait()
	got := installed(t, openIn(t, folder, registry.URL, extension.Options{}))
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("installed (-want +got):\n%s", d)
	}
}

// An import from another editor shows hundreds of plans before the first of them is
// carried out.
func TestPlansWaitForAnAnswer(t *testing.T) {
	e := openIn(t, t.TempDir(), "http://127.0.0.1:1", extension.Options{})
	token, err := e.TakeBytes(t.Context(), "a.vsix", bytes.NewReader(extensiontest.Pack(t, extensiontest.Manifest("a", "b", "1.0.0", nil), nil)))
	if err != nil {
		t.Fatal(err)
	}
	var first extension.Plan
	for range 1000 {
		made, err := e.Plan(t.Context(), extension.PlanRequest{File: token})
		if err != nil {
			t.Fatal(err)
		}
		if first.ID == "" {
			first = made
		}
	}
	if err := carryOut(t, e, first); err != nil {
		t.Error(err)
	}
}

func TestAPlanHasLimits(t *testing.T) {
	registry := extensiontest.New(t)
	var members []string
	for i := range 150 {
		name := fmt.Sprintf("m%d", i)
		members = append(members, "a."+name)
		registry.Add(t, extensiontest.Version{Publisher: "a", Name: name, Version: "1.0.0"}, map[string]any{"extensionPack": []string{"a.pack", "a.m0"}})
	}
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "pack", Version: "1.0.0"}, map[string]any{"extensionPack": members})
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "some", Version: "1.0.0"}, map[string]any{"extensionPack": members[:50]})
	e := open(t, registry)
	if _, err := e.Plan(t.Context(), extension.PlanRequest{ID: "a.pack"}); !errors.Is(err, extension.ErrRefused) {
		t.Errorf("a pack of 150: %v", err)
	}
	if _, err := e.Plan(t.Context(), extension.PlanRequest{ID: "a.some"}); !errors.Is(err, extension.ErrRefused) {
		t.Errorf("a pack whose members want the larger one: %v", err)
	}
}

func TestAFileOfTwoPlans(t *testing.T) {
	e := openIn(t, t.TempDir(), "http://127.0.0.1:1", extension.Options{})
	vsix := extensiontest.Pack(t, extensiontest.Manifest("a", "b", "1.0.0", nil), nil)
	token, err := e.TakeBytes(t.Context(), "a.vsix", bytes.NewReader(vsix))
	if err != nil {
		t.Fatal(err)
	}
	var plans []extension.Plan
	for range 2 {
		p, err := e.Plan(t.Context(), extension.PlanRequest{File: token})
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, p)
	}
	if err := carryOut(t, e, plans[0]); err != nil {
		t.Fatal(err)
	}
	if err := carryOut(t, e, plans[1]); !errors.Is(err, extension.ErrNotFound) || !strings.Contains(err.Error(), "no longer at hand") {
		t.Errorf("the second plan: %v", err)
	}
	if d := cmp.Diff([]string{"a.b 1.0.0"}, installed(t, e)); d != "" {
		t.Errorf("installed (-want +got):\n%s", d)
	}
}
