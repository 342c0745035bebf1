package crash_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/crash"
	"github.com/keel-ide/keel/backend/redact"
)

const token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"

// TestMain is also the program that crashes.
func TestMain(m *testing.M) {
	if folder := os.Getenv("KEEL_TEST_CRASH"); folder != "" {
		fall(folder, os.Getenv("KEEL_TEST_HOW"))
	}
	os.Exit(m.Run())
}

func fall(folder, how string) {
	r := crash.New(options(folder))
	if err := r.Watch(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
	switch how {
	case "panic":
		done := make(chan bool)
		go func() { panic("no more with " + token + strings.Repeat(" long", 10000)) }()
		<-done
	case "end":
		if err := r.Close(); err != nil {
			os.Exit(9)
		}
		os.Exit(0)
	default:
		fmt.Println("ready")
		time.Sleep(time.Hour) // a signal ends it
	}
}

func options(folder string) crash.Options {
	return crash.Options{Folder: folder, Log: filepath.Join(folder, "..", "keel.log"), Version: "1.2.3"}
}

func run(t *testing.T, folder, how string, signal syscall.Signal) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), "KEEL_TEST_CRASH="+folder, "KEEL_TEST_HOW="+how, "KEEL_TEST_VALUE=an-environment-value")
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if signal != 0 {
		if _, err := out.Read(make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
		if err := command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
	}
	err = command.Wait()
	if how != "end" && err == nil {
		t.Fatal("it ended well")
	}
	if command.ProcessState.ExitCode() == 9 {
		t.Fatal("it could not watch")
	}
}

func collect(t *testing.T, folder string) (*crash.Reports, string) {
	t.Helper()
	r := crash.New(options(folder))
	name, err := r.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r, name
}

func TestAFaultLeavesAReport(t *testing.T) {
	for _, test := range []struct {
		how    string
		signal syscall.Signal
		want   string
	}{
		{"panic", 0, "panic: no more with "},
		{"signal", syscall.SIGABRT, "SIGABRT: abort"},
		{"signal", syscall.SIGSEGV, "SIGSEGV: segmentation violation"},
	} {
		t.Run(test.want, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "crashes")
			if err := os.WriteFile(filepath.Join(folder, "..", "keel.log"), []byte("opened with "+token+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			run(t, folder, test.how, test.signal)
			r, name := collect(t, folder)
			text, err := r.Read(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"Keel 1.2.3 on ", test.want, "goroutine ", "crash_test", "last lines of the log:\nopened with"} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			for _, secret := range []string{token, "an-environment-value"} {
				if strings.Contains(text, secret) {
					t.Errorf("%q stands in the report", secret)
				}
			}
			if len(text) > 300<<10 {
				t.Errorf("the report has %d bytes", len(text))
			}
			if _, again := collect(t, folder); again != "" {
				t.Errorf("told twice: %s", again)
			}
			if err := r.Delete(name); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Read(name); !errors.Is(err, crash.ErrNone) {
				t.Errorf("still there: %v", err)
			}
		})
	}
}

func TestAnyOtherEndLeavesNone(t *testing.T) {
	for _, test := range []struct {
		how    string
		signal syscall.Signal
	}{{"end", 0}, {"signal", syscall.SIGTERM}, {"signal", syscall.SIGKILL}} {
		folder := filepath.Join(t.TempDir(), "crashes")
		run(t, folder, test.how, test.signal)
		if _, name := collect(t, folder); name != "" {
			t.Errorf("%s %v: a report %s", test.how, test.signal, name)
		}
		left, err := os.ReadDir(folder)
		if err != nil || len(left) != 0 {
			t.Errorf("%s %v: left %v, %v", test.how, test.signal, left, err)
		}
	}
}

func TestOneThatLivesIsLeftAlone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "crashes")
	r := crash.New(options(folder))
	if err := r.Watch(); err != nil {
		t.Fatal(err)
	}
	if _, name := collect(t, folder); name != "" {
		t.Errorf("a report %s of a program that lives", name)
	}
	if left, err := filepath.Glob(filepath.Join(folder, "*.running")); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// Several windows start at once, and each looks for what the last run has left.
func TestAFaultIsToldOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "crashes")
	run(t, folder, "panic", 0)
	var told atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			r := crash.New(options(folder))
			name, err := r.Collect(t.Context())
			if err != nil {
				t.Error(err)
			}
			if name != "" {
				told.Add(1)
			}
		})
	}
	group.Wait()
	if told.Load() != 1 {
		t.Errorf("told %d times", told.Load())
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}

// `keel data clear crashes` can be used at any time.
func TestAReportIsMadeWhereTheFolderWasCleared(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "crashes")
	r, _ := collect(t, folder)
	if err := r.Watch(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	name, err := r.Page("The page could not go on: it said " + token)
	if err != nil {
		t.Fatal(err)
	}
	text, err := r.Read(name)
	if err != nil || strings.Contains(text, token) || !strings.Contains(text, "The page could not go on") {
		t.Errorf("the report is %q, %v", text, err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("ending the watch: %v", err)
	}
}

func TestReportsStayFew(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "crashes")
	now := time.UnixMilli(1_700_000_000_000)
	for range 30 {
		o := options(folder)
		now = now.Add(time.Second)
		o.Now = func() time.Time { return now }
		o.Redactor = redact.New(redact.Options{})
		r := crash.New(o)
		for range 5 {
			if _, err := r.Page(strings.Repeat("x", 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 10 {
		t.Errorf("%d reports, %v", len(left), err)
	}
}

func TestOnlyReportsAreReadAndDeleted(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "crashes")
	r := crash.New(options(folder))
	for _, name := range []string{"", "../keel.log", "1-2.running", "1-../../x.txt", "/1-2.txt"} {
		if _, err := r.Read(name); !errors.Is(err, crash.ErrNone) {
			t.Errorf("read %q: %v", name, err)
		}
		if err := r.Delete(name); !errors.Is(err, crash.ErrNone) {
			t.Errorf("deleted %q: %v", name, err)
		}
	}
}
