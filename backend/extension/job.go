package extension

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Phases of a job.
const (
	PhaseWaiting     = "waiting"
	PhaseDownloading = "downloading"
	PhaseChecking    = "checking"
	PhaseExtracting  = "extracting"
	PhaseDone        = "done"
	PhaseFailed      = "failed"
	PhaseCancelled   = "cancelled"
)

// Progress is how far a job is.
type Progress struct {
	JobID, ID   string
	Phase       string
	Done, Total int64 // bytes; a total of 0: not known
	Ended       bool
	Err         error
}

// InstallRequest installs one extension of a plan that was agreed to.
type InstallRequest struct {
	PlanID   string
	ID       string
	Version  string // as the plan says; empty: that of the plan
	Metadata string
}

// progressPause is how often a job tells how far it is.
const progressPause = 100 * time.Millisecond

// job is one installation.
type job struct {
	e        *Extensions
	id       string
	plan     *plan
	item     Item
	from     source
	metadata string
	told     time.Time
}

// Install starts to install and returns the job's id; [Extensions.Progress] tells
// the rest.
func (e *Extensions) Install(_ context.Context, request InstallRequest) (string, error) {
	j, err := e.prepare(request)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithCancel(e.ctx)
	e.mu.Lock()
	e.jobs[j.id] = cancel
	e.mu.Unlock()
	if !e.start(func() { j.run(ctx) }) {
		cancel()
		return "", context.Canceled
	}
	return j.id, nil
}

// prepare finds what is to be installed in a plan that was agreed to.
func (e *Extensions) prepare(request InstallRequest) (*job, error) {
	found, err := e.planOf(request.PlanID)
	if err != nil {
		return nil, err
	}
	if len(request.Metadata) > mostMetadata {
		return nil, &Error{Message: "What is to be kept with the extension is too large; nothing was installed.", Err: ErrTooLarge}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, item := range found.Items {
		key := strings.ToLower(item.ID)
		switch {
		case !sameID(item.ID, request.ID):
			continue
		case item.Refused != "":
			return nil, &Error{Message: item.DisplayName + " was not installed. " + item.Refused, Err: ErrRefused}
		case !found.agreed || request.Version != "" && request.Version != item.Version:
			return nil, notAgreed()
		case found.started[key]:
			return nil, &Error{Message: item.DisplayName + " is being installed already, or is there.", Err: ErrNotAgreed}
		}
		found.started[key] = true
		return &job{e: e, id: newID(), plan: found, item: item, from: found.sources[key], metadata: request.Metadata}, nil
	}
	return nil, notAgreed()
}

func notAgreed() error {
	return &Error{
		Message: "Nobody has agreed to install this; nothing was installed.",
		Hint:    "Install the extension again, and look at what comes along.", Err: ErrNotAgreed,
	}
}

// Cancel ends a job; one that has ended is none.
func (e *Extensions) Cancel(_ context.Context, jobID string) error {
	e.mu.Lock()
	cancel, ok := e.jobs[jobID]
	e.mu.Unlock()
	if !ok {
		return &Error{Message: "This installation has ended already.", Err: ErrNotFound}
	}
	cancel()
	return nil
}

func (j *job) run(ctx context.Context) {
	err := j.wait(ctx)
	if err == nil {
		err = j.install(ctx)
		<-j.e.slots
	}
	phase := PhaseDone
	switch {
	case err != nil && ctx.Err() != nil:
		phase, err = PhaseCancelled, context.Canceled
	case err != nil:
		phase = PhaseFailed
	}
	j.e.mu.Lock()
	j.e.jobs[j.id]()
	delete(j.e.jobs, j.id)
	if err != nil {
		delete(j.plan.started, strings.ToLower(j.item.ID)) // it may be tried again
	}
	j.e.mu.Unlock()
	if err == nil {
		j.e.drop(j.from.file)
		j.e.changes.Send(struct{}{})
	}
	j.e.progress.Send(Progress{JobID: j.id, ID: j.item.ID, Phase: phase, Ended: true, Err: err})
}

func (j *job) wait(ctx context.Context) error {
	j.tell(PhaseWaiting, 0, 0, true)
	select {
	case j.e.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tell says how far the job is, not more often than anybody can see.
func (j *job) tell(phase string, done, total int64, always bool) {
	if now := time.Now(); always || now.Sub(j.told) > progressPause {
		j.told = now
		j.e.progress.Send(Progress{JobID: j.id, ID: j.item.ID, Phase: phase, Done: done, Total: total})
	}
}

func (j *job) install(ctx context.Context) error {
	store := j.e.store
	_ = store.sweep(ctx, false) // what others left is no reason not to install
	w, err := store.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	path, signed, err := j.fetch(ctx, w)
	if err != nil {
		return err
	}
	j.tell(PhaseChecking, 0, 0, true)
	vsix, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && j.from.file != nil {
		return noLonger() // installed by another plan, or as many others were given since
	}
	if err != nil {
		return keeping(err)
	}
	defer vsix.Close()
	info, err := vsix.Stat()
	if err != nil {
		return keeping(err)
	}
	hash, err := hashOf(vsix)
	if err != nil {
		return keeping(err)
	}
	if j.from.file != nil && hash != j.from.file.hash {
		return &Error{Message: "The package has changed since it was shown; it was not installed.", Hint: "Choose the file again.", Err: ErrRefused}
	}
	a, err := openArchive(vsix, info.Size())
	if err != nil {
		return err
	}
	if err := j.judge(a); err != nil {
		return err
	}
	j.tell(PhaseExtracting, 0, a.unpacked, true)
	place := filepath.Join(w.path, "extension")
	if err := j.unpack(ctx, a, place); err != nil {
		return err
	}
	if err := j.e.fault("extracted"); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // from here on it is done
	}
	r := record{
		ID: a.manifest.ID(), Version: a.manifest.Version, Folder: folderOf(a.manifest.ID(), a.manifest.Version),
		Kind: a.manifest.Kind(), SHA256: hash, Signed: signed, Source: "file", Size: a.unpacked,
		InstalledAt: j.e.options.Now().UnixMilli(), Metadata: j.metadata,
		Readme: document(place, "readme"), Changelog: document(place, "changelog"),
	}
	if j.from.file == nil {
		r.Source, r.Registry = "registry", j.plan.registry.base.String()
	}
	return store.put(ctx, w, r, j.e.fault)
}

func (j *job) unpack(ctx context.Context, a *archive, place string) error {
	if err := os.Mkdir(place, 0o700); err != nil {
		return keeping(err)
	}
	root, err := os.OpenRoot(place)
	if err != nil {
		return keeping(err)
	}
	defer root.Close()
	return a.extract(ctx, root, func(done int64) { j.tell(PhaseExtracting, done, a.unpacked, false) })
}

// judge compares the package with what was agreed to.
func (j *job) judge(a *archive) error {
	if err := same(a.manifest, j.item.ID, j.item.Version); err != nil {
		return err
	}
	if why := a.manifest.Refusal(a.platform); why != "" {
		return &Error{Message: j.item.DisplayName + " was not installed. " + why, Err: ErrRefused}
	}
	if a.manifest.Kind() != j.item.Kind {
		return refuse("The package is of another kind than the registry says. It was not installed.")
	}
	return nil
}

// fetch has the package at hand, with the registry's hash and signature checked.
func (j *job) fetch(ctx context.Context, w *workspace) (path string, signed bool, err error) {
	if j.from.file != nil {
		return j.from.file.path(), false, nil
	}
	r, found := j.plan.registry, j.from.published
	at, err := r.file(found, "download")
	if err != nil || at == nil {
		return "", false, err
	}
	path = filepath.Join(w.path, vsixName)
	j.tell(PhaseDownloading, 0, 0, true)
	if err := j.download(ctx, at, path); err != nil {
		return "", false, err
	}
	j.tell(PhaseChecking, 0, 0, true)
	sum, err := r.small(ctx, found, "sha256", 4<<10)
	if err != nil {
		return "", false, err
	}
	if sum != nil {
		if err := checkSum(path, sum); err != nil {
			return "", false, err
		}
	}
	if found.Files["signature"] == "" {
		return path, false, nil
	}
	return path, true, j.checkSignature(ctx, path)
}

func (j *job) download(ctx context.Context, at *url.URL, path string) error {
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return keeping(err)
	}
	r := j.plan.registry
	err = r.reach.download(ctx, r.base, at, to, func(done, total int64) { j.tell(PhaseDownloading, done, total, false) })
	if closed := to.Close(); closed != nil && err == nil {
		err = keeping(closed)
	}
	return err
}

// checkSum compares a package with a SHA-256 in hexadecimal, perhaps with the
// name of the file after it.
func checkSum(path string, sum []byte) error {
	fields := bytes.Fields(sum)
	opened, err := os.Open(path)
	if err != nil {
		return keeping(err)
	}
	defer opened.Close()
	hash, err := hashOf(opened)
	if err != nil {
		return keeping(err)
	}
	if len(fields) > 0 && strings.EqualFold(string(fields[0]), hash) {
		return nil
	}
	return &Error{
		Message: "The package is not the one that the registry has: its SHA-256 is another. It was not installed.",
		Hint:    "It may have been cut off or changed on the way. Try again; where it stays so, tell whoever runs the registry.", Err: ErrRefused,
	}
}

func (j *job) checkSignature(ctx context.Context, path string) error {
	r, found := j.plan.registry, j.from.published
	sigzip, err := r.small(ctx, found, "signature", mostAnswer)
	if err != nil {
		return err
	}
	key, err := r.small(ctx, found, "publicKey", 16<<10)
	if err != nil {
		return err
	}
	vsix, err := os.ReadFile(path) // Ed25519 reads it twice
	if err != nil {
		return keeping(err)
	}
	return verify(vsix, sigzip, key)
}

func hashOf(from io.ReadSeeker) (string, error) {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, from); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Wait returns once a job has ended, with why it failed. The subscription has to
// be older than the job.
func Wait(ctx context.Context, progress interface {
	Next(context.Context) (Progress, error)
}, jobID string, told func(Progress)) error {
	for {
		now, err := progress.Next(ctx)
		if err != nil {
			return err
		}
		if now.JobID != jobID {
			continue
		}
		told(now)
		if now.Ended {
			if now.Err != nil && errors.Is(now.Err, context.Canceled) {
				return context.Canceled
			}
			return now.Err
		}
	}
}
