package folder

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/settings"
)

func TestTrustChangesAreKeptBeforeTheyAreMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "audit")
	f := &Folder{options: Options{Redactor: redact.New(redact.Options{}), Log: slog.New(slog.DiscardHandler)}}
	if err := f.openAudit(dir); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.cancel = func() {}
	if err := f.auditTrust(t.Context(), trustChange{What: "Changed a trusted command", Pattern: "npm *", From: "npm test", Tier: "user", SessionID: "s", Reason: "by hand"}); err != nil {
		t.Fatal(err)
	}
	page, err := f.audit.log.Query(t.Context(), audit.Query{})
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	got := page.Records[0]
	got.At = 0
	want := audit.Record{Outcome: "trust", Entry: audit.Entry{
		Seq: 1, Event: audit.EventTrust, Title: "Changed a trusted command", Pattern: "npm *", Original: "npm test", Tier: "user", SessionID: "s", Reason: "by hand",
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := f.auditTrust(t.Context(), trustChange{What: "Trusted a command"}); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("a change that could not be kept gave %v", err)
	}
}

// What the opened folder's settings ask for is not told as the user's change.
func TestSettingsChangesSayWhoseTheyAre(t *testing.T) {
	before := settings.Values{TrustedCommands: []string{"a"}, CommandDenylist: []string{"rm", "curl"}, FolderDenylist: []string{"curl"}, GuardOff: true}
	after := settings.Values{TrustedCommands: []string{"b"}, CommandDenylist: []string{"wget"}, FolderDenylist: []string{"wget"}, Environment: []string{"TOKEN"}}
	want := []trustChange{
		{What: "Trusted a command", Pattern: "b", Tier: "user"},
		{What: "Stopped trusting a command", Pattern: "a", Tier: "user"},
		{What: "Took a text off the deny list", Pattern: "rm", Tier: "user"},
		{What: "Put a text on the deny list", Pattern: "wget", Tier: "workspace"},
		{What: "Took a text off the deny list", Pattern: "curl", Tier: "workspace"},
		{What: "Let commands have a variable", Pattern: "TOKEN", Tier: "user"},
		{What: "Switched the command guard on", Tier: "user"},
	}
	if d := cmp.Diff(want, settingsChanges(before, after)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestThePageIsToldAtMostFourTimesASecond runs on a clock of its own.
func TestThePageIsToldAtMostFourTimesASecond(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		log, err := audit.Open(dir, audit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var told []wire.AuditChanged
		a := &auditing{log: log, send: func(changed wire.AuditChanged) { told = append(told, changed) }}
		for range 100 {
			if err := a.Record(t.Context(), audit.Entry{Event: audit.EventTrust}); err != nil {
				t.Fatal(err)
			}
			pause(10)
		}
		pause(1000)
		if n := len(told); n < 4 || n > 6 || told[n-1].Seq != 100 {
			t.Errorf("in a second the page was told %+v", told)
		}
		if err := a.Record(t.Context(), audit.Entry{Event: audit.EventTrust}); err != nil {
			t.Fatal(err)
		}
		before := len(told)
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
		pause(1000)
		if len(told) != before {
			t.Error("the page was told after the log was closed")
		}
	})
}

// pause lets the test's clock go on.
func pause(milliseconds int) {
	<-time.After(time.Duration(milliseconds) * time.Millisecond)
	synctest.Wait()
}
