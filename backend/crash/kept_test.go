package crash_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/crash"
	"github.com/keel-ide/keel/backend/redact"
)

// at fills text up to a number of bytes.
func at(bytes int, text string) string {
	return text + strings.Repeat("word ", bytes)[:bytes-len(text)]
}

func TestNoPartOfASecretStaysWhereTextIsCut(t *testing.T) {
	const learnt = "theonlykeythatnobodyelseknows"
	for name, message := range map[string]string{
		"a line":                       at(1985, "start ") + " " + token,
		"a line before its end":        at(1999-len(token), "start ") + " " + token + "more",
		"what the page says":           strings.Repeat(at(1000, "start")+"\n", 16) + at(354, "") + " " + token,
		"a line, learnt later":         at(1985, "start ") + " " + learnt,
		"what the page says, as later": strings.Repeat(at(1000, "start")+"\n", 16) + at(354, "") + " " + learnt,
	} {
		for i := range 20 { // wherever within it the end falls
			o := options(filepath.Join(t.TempDir(), "crashes"))
			o.Redactor = redact.New(redact.Options{})
			r := crash.New(o)
			report, err := r.Page(message[:5] + strings.Repeat("x", i) + message[5:])
			if err != nil {
				t.Fatal(err)
			}
			o.Redactor.Learn(learnt)
			text, err := r.Read(report)
			if err != nil || !strings.Contains(text, "start") {
				t.Fatalf("%s: %q, %v", name, text, err)
			}
			if strings.Contains(text, token[:6]) || strings.Contains(text, learnt[:3]) {
				t.Errorf("%s, %d: a part of the secret stands in the report: …%q", name, i, text[max(0, len(text)-100):])
			}
		}
	}
}

func TestNoPartOfASecretStaysWhereTheLogIsCut(t *testing.T) {
	o := options(filepath.Join(t.TempDir(), "crashes"))
	for i := range len(token) {
		// 64 KiB before its end is within a token.
		line := "opened with " + token + " " + at(2000-54, "and more") + "\n"
		log := strings.Repeat(line, 40) + at(1548+i, "end")
		if err := os.WriteFile(o.Log, []byte(log), 0o600); err != nil {
			t.Fatal(err)
		}
		r := crash.New(o)
		report, err := r.Page("fault")
		if err != nil {
			t.Fatal(err)
		}
		text, err := r.Read(report)
		if err != nil || !strings.Contains(text, "opened with") || strings.Contains(text, token[len(token)-4:]) {
			t.Errorf("%q, %v", text, err)
		}
	}
}

// What collects it has not read any account yet.
func TestASecretThatIsKnownLaterGoesWhenTheReportIsRead(t *testing.T) {
	const key = "theonlykeythatnobodyelseknows"
	folder := filepath.Join(t.TempDir(), "crashes")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "1-2.running"), []byte("Keel\n\npanic: it said "+key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(folder)
	o.Redactor = redact.New(redact.Options{})
	r := crash.New(o)
	name, err := r.Collect(t.Context())
	if err != nil || name == "" {
		t.Fatal(name, err)
	}
	o.Redactor.Learn(key)
	text, err := r.Read(name)
	if err != nil || strings.Contains(text, key) || !strings.Contains(text, "panic: it said ") {
		t.Errorf("read %q, %v", text, err)
	}
	if kept, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(kept) != text {
		t.Errorf("on the disk is %q, %v", kept, err)
	}
}

func TestReportsAreListedByWhenItHappened(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "crashes")
	o := options(folder)
	now := time.UnixMilli(1_700_000_000_000)
	o.Now = func() time.Time { return now }
	if kept, err := crash.New(o).List(); err != nil || len(kept) != 0 {
		t.Errorf("without a folder: %v, %v", kept, err)
	}
	want := []crash.Kept{}
	for range 9 {
		now = now.Add(time.Second)
		name, err := crash.New(o).Page("fault")
		if err != nil {
			t.Fatal(err)
		}
		want = append([]crash.Kept{{Name: name, At: now, Page: true}}, want...)
	}
	// It was started long before, and its fault is the last.
	running := filepath.Join(folder, "1-2.running")
	if err := os.WriteFile(running, []byte("Keel\n\npanic: late\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	if err := os.Chtimes(running, now, now); err != nil {
		t.Fatal(err)
	}
	r := crash.New(o)
	name, err := r.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want = append([]crash.Kept{{Name: name, At: now}}, want...)
	if err := os.WriteFile(filepath.Join(folder, "mine.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	kept, err := r.List()
	if d := cmp.Diff(want, kept); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	now = now.Add(time.Second)
	if _, err := crash.New(o).Page("one more"); err != nil { // one of the eleven goes
		t.Fatal(err)
	}
	if _, err := r.Read(name); err != nil {
		t.Errorf("the newest but one: %v", err)
	}
}

func TestWhereNoReportCanBeMadeItIsSaid(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "crashes")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := crash.New(options(folder))
	_, collecting := r.Collect(t.Context())
	_, listing := r.List()
	_, reporting := r.Page("fault")
	for what, err := range map[string]error{"collecting": collecting, "listing": listing, "reporting": reporting, "watching": r.Watch()} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if err := r.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
}
