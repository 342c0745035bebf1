package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/replay"
)

func TestTheVersionsOfAFile(t *testing.T) {
	f := open(t, replay.Line{Text: "Hello.", StopReason: provider.StopEndTurn})
	take := func() string {
		made, err := f.Restores.Create(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	path := "stray \xff.txt"
	take()
	write(t, f, path, "1")
	first := take()
	if err := os.Remove(filepath.Join(f.Workspace.Path(), path)); err != nil {
		t.Fatal(err)
	}
	gone := take()
	want := []wire.FileVersion{{CheckpointID: gone, State: wire.FileAbsent, Label: "named"}, {CheckpointID: first, State: wire.FilePresent, Size: 1}}
	if named, err := f.Restores.Name(t.Context(), gone, "named"); err != nil || named.Label != "named" {
		t.Fatalf("naming gave %+v, %v", named, err)
	}
	for _, given := range []string{path, checkpoint.EncodePath(path), filepath.Join(f.Workspace.Path(), path), filepath.Join(f.Workspace.Path(), checkpoint.EncodePath(path))} {
		got, err := f.Restores.Versions(t.Context(), given, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i].CreatedAt == 0 || got[i].Reason != string(checkpoint.Manual) {
				t.Errorf("%+v", got[i])
			}
			got[i].CreatedAt, got[i].Reason = 0, ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("versions of %q (-want +got):\n%s", given, diff)
		}
	}
	if got, err := f.Restores.Versions(t.Context(), path, 1); err != nil || len(got) != 1 {
		t.Errorf("one version: %+v, %v", got, err)
	}
	if got, err := f.Restores.Versions(t.Context(), "never", 0); err != nil || got == nil || len(got) != 0 {
		t.Errorf("of what never was: %+v, %v", got, err)
	}
	for _, given := range []string{"", ".", "..", "../other", "/etc/passwd", f.Workspace.Path()} {
		_, err := f.Restores.Versions(t.Context(), given, 0)
		if failure, ok := errors.AsType[*wire.Error](err); !ok || failure.Code != wire.CodeOutside {
			t.Errorf("versions of %q gave %v", given, err)
		}
	}
}

func TestNamesOfTheUsersComeAndGo(t *testing.T) {
	f := open(t, replay.Line{Text: "Hello.", StopReason: provider.StopEndTurn})
	made, err := f.Checkpoints.Create(t.Context(), checkpoint.CreateRequest{Reason: checkpoint.PostTool, Label: "run_command"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"it works", ""} {
		got, err := f.Restores.Name(t.Context(), made.ID, name)
		if err != nil || got.Name != name || got.Label != "run_command" || got.Reason != string(checkpoint.PostTool) {
			t.Errorf("named %q: %+v, %v", name, got, err)
		}
		all, err := f.Restores.List(t.Context())
		if err != nil || all[0].Name != name || all[0].Label != "run_command" {
			t.Errorf("listed: %+v, %v", all, err)
		}
	}
	_, err = f.Restores.Name(t.Context(), "none", "x")
	if failure, ok := errors.AsType[*wire.Error](err); !ok || failure.Code != wire.CodeNotFound {
		t.Errorf("naming what is not there: %v", err)
	}
}
