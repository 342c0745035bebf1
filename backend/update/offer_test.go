package update_test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/update"
)

func TestAnOfferIsKnownAgainWithoutAsking(t *testing.T) {
	s := serve(t)
	o := s.options(t)
	if _, ok, err := update.New(o).Known(); ok || err != nil {
		t.Errorf("known before: %v, %v", ok, err)
	}
	if _, err := update.New(o).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := len(s.asked)
	feed, ok, err := update.New(o).Known()
	if !ok || err != nil || feed.Version != "1.3.0" || feed.Notes != "It is faster." || len(s.asked) != asked {
		t.Errorf("known: %+v, %v, %v, asked %v", feed, ok, err, s.asked[asked:])
	}
	for name, change := range map[string]func(o *update.Options){
		"this is that version": func(o *update.Options) { o.Version = "1.3.0" },
		"it has expired":       func(o *update.Options) { o.Now = func() time.Time { return time.Now().AddDate(1, 0, 0) } },
		"a newer one was offered": func(o *update.Options) {
			o.Seen = filepath.Join(t.TempDir(), "newest")
			write(t, o.Seen, "1.4.0\n")
		},
		"no feed":     func(o *update.Options) { o.Feed = "" },
		"another key": func(o *update.Options) { s.newKey(t); o.Key = s.publicKey(t) },
		"changed": func(o *update.Options) {
			text, err := os.ReadFile(filepath.Join(o.Folder, "offer.json"))
			if err != nil {
				t.Fatal(err)
			}
			o.Folder = t.TempDir()
			write(t, filepath.Join(o.Folder, "offer.json"), string(bytes.Replace(text, []byte(`"feed":"e`), []byte(`"feed":"f`), 1)))
		},
	} {
		other := o
		change(&other)
		if feed, ok, _ := update.New(other).Known(); ok {
			t.Errorf("%s: known all the same: %+v", name, feed)
		}
	}
}

// What has the final name always is the released file, whoever else is at it.
func TestTwoWindowsDownloadAtOnce(t *testing.T) {
	s := serve(t)
	o := s.options(t)
	artifact := s.feed.Files[0]
	var at, windows sync.WaitGroup
	at.Add(2)
	for range 2 {
		windows.Go(func() {
			arrived := sync.OnceFunc(at.Done)
			_, err := update.New(o).Download(t.Context(), artifact, func(int64) {
				arrived()
				at.Wait() // both are in the middle of it
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	windows.Wait()
	left, err := os.ReadDir(o.Folder)
	if err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
	if text, err := os.ReadFile(filepath.Join(o.Folder, "keel.tar.gz")); err != nil || !bytes.Equal(text, s.file) {
		t.Errorf("downloaded %d bytes, %v", len(text), err)
	}
}

func TestNobodyElseWritesIntoADownload(t *testing.T) {
	s := serve(t)
	o := s.options(t)
	_, err := update.New(o).Download(t.Context(), s.feed.Files[0], func(int64) {
		parts, err := filepath.Glob(filepath.Join(o.Folder, "*.part"))
		if err != nil || len(parts) != 1 {
			t.Errorf("downloading to %v, %v", parts, err)
			return
		}
		file, err := os.OpenFile(parts[0], os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			_, err = file.WriteString("more")
			_ = file.Close()
		}
		if err != nil {
			t.Error(err)
		}
	})
	if err == nil {
		t.Error("kept what was changed on the disk")
	}
	if left, err := os.ReadDir(o.Folder); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestWhatBelongsToAnInstallationThatReplacesItself(t *testing.T) {
	folder := unpacked(t)
	got := installed(folder).Folders()
	if len(got) != 3 || got[0] != folder || filepath.Dir(got[1]) != filepath.Dir(folder) || got[2] != folder+".old" {
		t.Errorf("folders %q", got)
	}
	if built := (update.Installation{Kind: update.Unknown, Folder: folder}).Folders(); built != nil {
		t.Errorf("of a build from source: %q", built)
	}
}
