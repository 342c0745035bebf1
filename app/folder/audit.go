package folder

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/settings"
)

// auditInterval is how often the page is told, at most, that the log has grown.
const auditInterval = 250 * time.Millisecond

// auditing is the audit log of the folder, or of no folder, which tells the page that it has grown. It
// outlives sessions: deleting one leaves what it did in the log.
type auditing struct {
	log  *audit.Log
	send func(wire.AuditChanged) // nil without a window

	mu     sync.Mutex // guards what follows
	last   int64      // the number of the last entry
	told   time.Time
	timer  *time.Timer // runs while the page is to be told
	closed bool
}

// openAudit opens the log. Without it there is no agent: what it does could not be
// kept.
func (f *Folder) openAudit(dir string) error {
	log, err := audit.Open(dir, audit.Options{Redact: f.options.Redactor.Text, Log: f.options.Log})
	if err != nil {
		return err
	}
	f.audit = &auditing{log: log}
	if f.options.Events != nil {
		f.audit.send = f.options.Events.Audit
	}
	f.onClose(f.audit.close)
	return nil
}

// Record keeps an entry; see [agent.Audit].
func (a *auditing) Record(ctx context.Context, entry audit.Entry) error {
	seq, err := a.log.Append(ctx, entry)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = max(a.last, seq)
	if a.send != nil && a.timer == nil && !a.closed {
		a.timer = time.AfterFunc(max(0, auditInterval-time.Since(a.told)), a.tell)
	}
	return nil
}

func (a *auditing) tell() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	a.timer, a.told = nil, time.Now()
	a.send(wire.AuditChanged{Seq: a.last})
}

func (a *auditing) close() error {
	a.mu.Lock()
	a.closed = true
	if a.timer != nil {
		a.timer.Stop()
	}
	a.mu.Unlock()
	return a.log.Close()
}

// AuditPage returns a part of the audit log, the newest first.
func (f *Folder) AuditPage(ctx context.Context, query wire.AuditQuery) (wire.AuditPage, error) {
	titles, waits := map[string]string{}, map[string]bool{}
	if f.Agent != nil {
		known, err := f.Agent.Sessions(ctx)
		if err != nil {
			return wire.AuditPage{}, err
		}
		for _, each := range known {
			titles[each.ID], waits[each.ID] = each.Title, each.Waiting
		}
	}
	found, err := f.audit.log.Query(ctx, audit.Query{
		SessionID: query.SessionID, Kind: query.Kind, Outcome: query.Outcome, Text: query.Text, Before: query.Before, Limit: query.Limit,
		Waits: func(id string) bool { return waits[id] }, // else Keel ended, or the session is gone
	})
	if err != nil {
		return wire.AuditPage{}, err
	}
	page := wire.AuditPage{
		Seq: found.Last, Entries: found.Records, More: found.More, Damaged: found.Damaged,
		Sessions: []wire.AuditSession{}, File: f.audit.log.Dir(),
	}
	for _, id := range found.Sessions {
		page.Sessions = append(page.Sessions, wire.AuditSession{ID: id, Title: titles[id]})
	}
	return page, nil
}

// trustChange is something that the user has changed about what may run unasked.
type trustChange struct {
	What      string // "Trusted a command", "Stopped trusting this folder"
	Pattern   string // of a command; or the denied text
	Tier      string // where it counts: user, workspace or session
	SessionID string // of a session's own
	From      string // the pattern that it takes the place of
	Reason    string // beyond What: where it was imported from, the path of a folder
	Tightens  bool   // less runs unasked afterwards: it is made even where it cannot be kept
}

// auditTrust keeps a change of what is trusted. It goes before the change, which
// must not be made where it fails.
func (f *Folder) auditTrust(ctx context.Context, change trustChange) error {
	err := f.audit.Record(ctx, audit.Entry{
		Event: audit.EventTrust, Title: change.What, Pattern: change.Pattern, Tier: change.Tier,
		SessionID: change.SessionID, Original: change.From, Reason: change.Reason,
	})
	if err != nil && change.Tightens {
		f.options.Log.Warn("a change of what is trusted is missing in the audit log", "change", change.What, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	return nil
}

// auditSettings keeps what a change of the settings means for what runs unasked,
// whoever made it: the page or a person with an editor.
func (f *Folder) auditSettings(ctx context.Context, before, after settings.Values) {
	for _, change := range settingsChanges(before, after) {
		if err := f.auditTrust(ctx, change); err != nil {
			f.options.Log.Error("a change of the settings is missing in the audit log", "change", change.What, "error", err)
		}
	}
}

func settingsChanges(before, after settings.Values) []trustChange {
	var all []trustChange
	tier := string(approval.TierUser)
	lists := func(before, after []string, tier, added, removed string) {
		for _, item := range after {
			if !slices.Contains(before, item) {
				all = append(all, trustChange{What: added, Pattern: item, Tier: tier})
			}
		}
		for _, item := range before {
			if !slices.Contains(after, item) {
				all = append(all, trustChange{What: removed, Pattern: item, Tier: tier})
			}
		}
	}
	const denied, undenied = "Put a text on the deny list", "Took a text off the deny list"
	lists(before.TrustedCommands, after.TrustedCommands, tier, "Trusted a command", "Stopped trusting a command")
	lists(before.TrustedHosts, after.TrustedHosts, tier, "Trusted a host", "Stopped trusting a host")
	lists(ownDenylist(before), ownDenylist(after), tier, denied, undenied)
	lists(before.FolderDenylist, after.FolderDenylist, string(approval.TierWorkspace), denied, undenied)
	lists(before.Environment, after.Environment, tier, "Let commands have a variable", "Kept a variable from commands")
	switches := func(before, after bool, off, on string) {
		switch {
		case after && !before:
			all = append(all, trustChange{What: off, Tier: tier})
		case before && !after:
			all = append(all, trustChange{What: on, Tier: tier})
		}
	}
	switches(before.GuardOff, after.GuardOff, "Switched the command guard off", "Switched the command guard on")
	switches(before.SandboxOff, after.SandboxOff, "Switched the sandbox off", "Switched the sandbox on")
	return all
}

// ownDenylist is what the user denies, without what only the opened folder does.
func ownDenylist(v settings.Values) []string {
	return slices.DeleteFunc(slices.Clone(v.CommandDenylist), func(text string) bool { return slices.Contains(v.FolderDenylist, text) })
}
