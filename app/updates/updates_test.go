package updates_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"aead.dev/minisign"

	"github.com/keel-ide/keel/app/updates"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/update"
)

// world is a feed that offers one version, and who asks it.
type world struct {
	o      updates.Options
	file   []byte
	looks  atomic.Int32
	tries  atomic.Int32 // how often it was seen whether to look
	slow   atomic.Bool  // the file never comes whole
	broken atomic.Bool  // the signature is another's

	mu      sync.Mutex // guards what follows
	setting string
	now     time.Time
	sent    []wire.UpdatesState
}

func newWorld(t *testing.T, version string) *world {
	t.Helper()
	w := &world{file: bytes.Repeat([]byte("Keel "), 1000), now: time.Now()}
	public, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var text, signature []byte
	server := httptest.NewTLSServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/feed.json":
			w.looks.Add(1)
			_, _ = out.Write(text)
		case r.URL.Path == "/feed.json.minisig" && w.broken.Load():
			_, _ = out.Write(bytes.Repeat([]byte("x"), 200))
		case r.URL.Path == "/feed.json.minisig":
			_, _ = out.Write(signature)
		case w.slow.Load():
			out.Header().Set("Content-Length", strconv.Itoa(len(w.file)))
			_, _ = out.Write(w.file[:100])
			_ = http.NewResponseController(out).Flush()
			<-r.Context().Done()
		default:
			_, _ = out.Write(w.file)
		}
	}))
	t.Cleanup(server.Close)
	sum := sha256.Sum256(w.file)
	var artifacts []update.File
	for goos, kind := range map[string]string{"linux": "tar.gz", "darwin": "dmg", "windows": "exe"} {
		artifacts = append(artifacts, update.File{
			OS: goos, Arch: runtime.GOARCH, Kind: kind, URL: server.URL + "/keel." + kind, Size: int64(len(w.file)), SHA256: hex.EncodeToString(sum[:]),
		})
	}
	if text, err = json.Marshal(update.Feed{
		Version: version, ReleasedAt: time.Now(), ExpiresAt: time.Now().AddDate(10, 0, 0), Notes: "Faster.", Files: artifacts,
	}); err != nil {
		t.Fatal(err)
	}
	reader := minisign.NewReader(bytes.NewReader(text))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		t.Fatal(err)
	}
	signature = reader.SignWithComments(private, update.Comment, "")
	folder := t.TempDir()
	w.o = updates.Options{
		Update: update.Options{
			Feed: server.URL + "/feed.json", Key: public.String(), Version: "1.2.0", Client: server.Client(),
			Folder: filepath.Join(folder, "updates"), Seen: filepath.Join(folder, "newest"),
		},
		Installation: update.Installation{Kind: update.Unpacked, Folder: filepath.Join(folder, "keel")},
		File:         filepath.Join(folder, "times.json"),
		Setting:      w.read,
		Send:         func(s wire.UpdatesState) { w.mu.Lock(); defer w.mu.Unlock(); w.sent = append(w.sent, s) },
		Now:          func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now },
		Log:          slog.New(slog.DiscardHandler),
		First:        time.Millisecond,
	}
	return w
}

func (w *world) read() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tries.Add(1)
	return w.setting
}

func (w *world) later(gone time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(gone)
}

func (w *world) set(setting string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.setting = setting
}

func (w *world) new(t *testing.T) *updates.Updates {
	t.Helper()
	u := updates.New(w.o)
	t.Cleanup(u.Close)
	return u
}

// wait waits until something is so.
func wait(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came: %s", what)
		}
	}
}

// until waits for a state.
func until(t *testing.T, u *updates.Updates, is func(wire.UpdatesState) bool) wire.UpdatesState {
	t.Helper()
	var s wire.UpdatesState
	wait(t, "a state", func() bool {
		s = u.State()
		return is(s)
	})
	return s
}

// run has windows look by themselves until each has seen whether to, and there are
// so many answers in all.
func (w *world) run(t *testing.T, answers int, windows ...*updates.Updates) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	tries := w.tries.Load() + int32(len(windows))
	for _, u := range windows {
		running.Go(func() { u.Run(ctx) })
	}
	wait(t, "each has seen whether to look", func() bool { return w.tries.Load() == tries })
	wait(t, "there are the answers", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.sent) >= answers
	})
	end()
	running.Wait()
	if int(w.looks.Load()) != answers {
		t.Errorf("looked %d times, want %d", w.looks.Load(), answers)
	}
}

func TestNothingIsAskedBeforeAYes(t *testing.T) {
	for _, setting := range []string{"", "off"} {
		w := newWorld(t, "1.3.0")
		w.set(setting)
		w.run(t, 0, w.new(t))
	}
	w := newWorld(t, "1.3.0")
	w.set("daily")
	w.o.Update.Feed = ""
	u := w.new(t)
	w.run(t, 0, u)
	if u.State().Feed {
		t.Errorf("a build without a feed: %+v", u.State())
	}
}

func TestWindowsLookOnceADayTogether(t *testing.T) {
	w := newWorld(t, "1.2.0")
	w.set("daily")
	w.run(t, 1, w.new(t), w.new(t))
	w.run(t, 1, w.new(t))
	w.later(25 * time.Hour)
	w.run(t, 2, w.new(t), w.new(t))
}

// What the feed has said lies on the disk: it is shown after a start, and not asked
// for before a day is over.
func TestAKnownNewerVersionIsShownWithoutAsking(t *testing.T) {
	w := newWorld(t, "1.3.0")
	w.set("daily")
	w.run(t, 1, w.new(t))
	u := w.new(t)
	if s := u.State(); s.Kind != wire.UpdateOffered || !s.Daily || s.Version != "1.3.0" || s.Notes != "Faster." || s.CheckedAt == 0 {
		t.Errorf("known %+v", s)
	}
	w.run(t, 1, u)
	if err := u.Download(t.Context()); err != nil {
		t.Error(err)
	}
	until(t, u, func(s wire.UpdatesState) bool { return s.Kind == wire.UpdateDownloaded })
}

func TestEachNewerVersionIsToldOnce(t *testing.T) {
	w := newWorld(t, "1.3.0")
	w.set("daily")
	may := func(u *updates.Updates) bool {
		t.Helper()
		may, err := u.MayTell(t.Context())
		if err != nil {
			t.Error(err)
		}
		return may
	}
	first := w.new(t)
	if may(first) {
		t.Error("told before there was anything")
	}
	w.run(t, 1, first)
	other := w.new(t)
	if !may(first) || may(first) || may(other) || may(w.new(t)) {
		t.Error("not told once among all windows")
	}
	// Who has looked by hand has seen it.
	w = newWorld(t, "1.3.0")
	w.set("daily")
	u := w.new(t)
	u.Check(t.Context())
	if may(u) || may(w.new(t)) {
		t.Error("told what was looked at")
	}
	// Who has not said that Keel may look by itself is told nothing.
	w = newWorld(t, "1.3.0")
	w.set("daily")
	w.run(t, 1, w.new(t))
	w.set("off")
	if may(w.new(t)) {
		t.Error("told without a yes")
	}
}

// Who keeps newer versions from a user is not to be helped by silence.
func TestAnAnswerThatIsNotBelievedIsToldOnce(t *testing.T) {
	w := newWorld(t, "1.3.0")
	w.set("daily")
	w.broken.Store(true)
	u := w.new(t)
	w.run(t, 1, u)
	s := u.State()
	if !s.Daily || s.Message != "What the update feed says is not signed by Keel, so nothing of it was used." || s.Hint == "" || s.CheckedAt != 0 {
		t.Errorf("refused: %+v", s)
	}
	tell := func() bool {
		may, err := u.MayTell(t.Context())
		if err != nil {
			t.Error(err)
		}
		return may
	}
	if !tell() || tell() {
		t.Error("not told once")
	}
	again := func(broken bool) {
		w.broken.Store(broken)
		w.later(25 * time.Hour)
		w.run(t, int(w.looks.Load())+1, u)
	}
	if again(true); tell() {
		t.Error("told again the next day")
	}
	if again(false); u.State().Message != "" || !tell() {
		t.Errorf("after a right answer: %+v", u.State())
	}
	if again(true); !tell() {
		t.Error("not told of the next one")
	}
}

func TestItIsAskedOnceAndNotOnTheFirstDay(t *testing.T) {
	w := newWorld(t, "1.3.0")
	ask := func() bool {
		may, err := w.new(t).MayAsk(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return may
	}
	var got []bool
	for _, gone := range []time.Duration{0, time.Hour, 25 * time.Hour, 0, 48 * time.Hour, 400 * 24 * time.Hour} {
		w.later(gone)
		got = append(got, ask())
	}
	for i, want := range []bool{false, false, true, false, false, false} {
		if got[i] != want {
			t.Errorf("time %d: asked is %v", i, got[i])
		}
	}
	w = newWorld(t, "1.3.0")
	ask()
	w.later(90 * 24 * time.Hour)
	w.set("off") // never
	if ask() {
		t.Error("asked after Never")
	}
}

// It was brought here and checked: looking again does not throw it away.
func TestADownloadStaysWhenItIsLookedAgain(t *testing.T) {
	w := newWorld(t, "1.3.0")
	u := w.downloaded(t)
	path := u.State().Path
	if s := u.Check(t.Context()); s.Kind != wire.UpdateDownloaded || s.Path != path || path == "" {
		t.Errorf("after a look: %+v", s)
	}
	w.broken.Store(true)
	if s := u.Check(t.Context()); s.Kind != wire.UpdateDownloaded || s.Path != path || s.Message == "" {
		t.Errorf("after a look that failed: %+v", s)
	}
}

// downloaded is a window that has brought the offered version here.
func (w *world) downloaded(t *testing.T) *updates.Updates {
	t.Helper()
	u := w.new(t)
	u.Check(t.Context())
	if err := u.Download(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, u, func(s wire.UpdatesState) bool { return s.Kind == wire.UpdateDownloaded })
	return u
}

func TestAFileThatWasChangedIsDownloadedAgain(t *testing.T) {
	w := newWorld(t, "1.3.0")
	for name, change := range map[string]func(path string) error{
		"changed": func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), len(w.file)), 0o600) },
		"removed": os.Remove,
	} {
		u := w.downloaded(t)
		path := u.State().Path
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		if err := u.Install(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := u.State(); s.Kind != wire.UpdateOffered || s.Message == "" || s.Path != "" {
			t.Errorf("%s: %+v", name, s)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: it is still there: %v", name, err)
		}
	}
}

func TestAProgramThatThisUserMayNotReplaceIsReplacedByHand(t *testing.T) {
	w := newWorld(t, "1.3.0")
	w.o.Installation.Fixed = true
	u := w.downloaded(t)
	if s := u.State(); s.Way != wire.UpdateByHand || s.Path == "" {
		t.Errorf("downloaded %+v", s)
	}
	if err := u.Install(t.Context()); err == nil {
		t.Error("installed")
	}
}

func TestUnpackingEndsWithTheWindow(t *testing.T) {
	w := newWorld(t, "1.3.0")
	u := w.downloaded(t)
	claim, err := update.New(w.o.Update).Claim(t.Context(), w.o.Installation)
	if err != nil {
		t.Fatal(err)
	}
	defer claim.Close() // whoever unpacks waits for it
	var installing sync.WaitGroup
	installing.Go(func() {
		if err := u.Install(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	until(t, u, func(s wire.UpdatesState) bool { return s.Kind == wire.UpdateInstalling })
	u.Close()
	if s := u.State(); s.Kind != wire.UpdateDownloaded || s.Message != "" {
		t.Errorf("closed while it unpacks: %+v", s)
	}
	installing.Wait()
}

// What is under way belongs to the window: it ends with it.
func TestNothingGoesOnAfterClose(t *testing.T) {
	w := newWorld(t, "1.3.0")
	u := w.new(t)
	u.Check(t.Context())
	w.slow.Store(true)
	if err := u.Download(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, u, func(s wire.UpdatesState) bool { return s.Done > 0 })
	u.Close()
	if s := u.State(); s.Kind != wire.UpdateOffered {
		t.Errorf("closed while it downloads: %+v", s)
	}
	if err := u.Install(t.Context()); err == nil {
		t.Error("installed after the end")
	}
	if err := u.Download(t.Context()); err == nil {
		t.Error("downloaded after the end")
	}
	asked := w.looks.Load()
	u.Check(t.Context())
	if w.looks.Load() != asked {
		t.Error("looked after the end")
	}
}

func TestEachStepWaitsForTheUser(t *testing.T) {
	w := newWorld(t, "1.3.0")
	w.o.Installation = update.Installation{}
	u := w.new(t)
	if err := u.Download(t.Context()); err == nil {
		t.Error("downloaded what was not offered")
	}
	if s := u.Check(t.Context()); s.Kind != wire.UpdateOffered || s.Version != "1.3.0" || s.Notes != "Faster." || s.Daily || s.Way != wire.UpdateByHand {
		t.Fatalf("offered %+v", s)
	}
	if err := u.Download(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := until(t, u, func(s wire.UpdatesState) bool { return s.Kind == wire.UpdateDownloaded })
	if s.Done != s.Size || s.Path == "" {
		t.Errorf("downloaded %+v", s)
	}
	if err := u.Install(t.Context()); err == nil {
		t.Error("installed what Keel cannot install")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, sent := range w.sent {
		if sent.Seq != int64(i+1) {
			t.Errorf("event %d has number %d", i, sent.Seq)
		}
	}
}

func TestADownloadCanBeCancelled(t *testing.T) {
	w := newWorld(t, "1.3.0")
	u := w.new(t)
	u.Check(t.Context())
	w.slow.Store(true)
	if err := u.Download(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, u, func(s wire.UpdatesState) bool { return s.Done > 0 })
	u.Cancel()
	if s := until(t, u, func(s wire.UpdatesState) bool { return s.Kind != wire.UpdateDownloading }); s.Kind != wire.UpdateOffered || s.Message != "" {
		t.Errorf("cancelled: %+v", s)
	}
	w.slow.Store(false)
	if err := u.Download(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, u, func(s wire.UpdatesState) bool { return s.Kind == wire.UpdateDownloaded })
}

func TestWhatFailsIsSaidAndChangesNothing(t *testing.T) {
	w := newWorld(t, "1.3.0")
	w.broken.Store(true)
	u := w.new(t)
	if s := u.Check(t.Context()); s.Kind != wire.UpdateIdle || s.Message != "What the update feed says is not signed by Keel, so nothing of it was used." || s.Hint == "" {
		t.Errorf("after a wrong signature: %+v", s)
	}
	w.broken.Store(false)
	if s := u.Check(t.Context()); s.Kind != wire.UpdateOffered || s.Message != "" {
		t.Errorf("after a right one: %+v", s)
	}
	// What is no archive is not installed.
	if err := u.Download(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, u, func(s wire.UpdatesState) bool { return s.Kind == wire.UpdateDownloaded })
	if err := u.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := u.State(); s.Kind != wire.UpdateOffered || s.Message == "" {
		t.Errorf("after an archive that is none: %+v", s)
	}
}

func TestAManagedProgramIsLeftToItsManager(t *testing.T) {
	w := newWorld(t, "1.3.0")
	w.o.Installation = update.Installation{Kind: update.Managed, Manager: "apt", Command: "sudo apt upgrade"}
	u := w.new(t)
	if s := u.Check(t.Context()); s.Way != wire.UpdateByManager || s.Command != "sudo apt upgrade" {
		t.Errorf("offered %+v", s)
	}
	if err := u.Download(t.Context()); err == nil {
		t.Error("downloaded")
	}
}
