package folder

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/settings"
	"github.com/keel-ide/keel/backend/trust"
)

// openTrust opens what the user trusts.
func (f *Folder) openTrust(workspaceData string) {
	paths := trust.Paths{Data: f.options.Paths.Data}
	if f.Workspace != nil {
		paths.Folder, paths.Workspace = f.Workspace.Path(), workspaceData
	}
	f.trust = trust.Open(paths, trust.Options{ThisRun: f.options.Trusted, Log: f.options.Log, Damaged: f.trustDamaged})
	f.onClose(f.trust.Close)
}

// trustDamaged tells that a file was damaged, where that changes what is trusted.
func (f *Folder) trustDamaged(file, aside string) {
	message := ""
	switch filepath.Base(file) {
	case "trusted-folders.json":
		message = "The list of folders that you trust was damaged, so no folder is trusted."
	case "trusted-commands.json":
		message = "The list of commands that you trust in this folder was damaged, so none of them is trusted."
	}
	if message == "" || f.options.Events == nil {
		return
	}
	f.options.Events.Notice(wire.Notice{Severity: "warning", Message: message, Hint: fmt.Sprintf("Trust them again. What the list held now lies in %s.", aside)})
}

// rules is what the user's settings say about commands, read for every decision.
func (f *Folder) rules() approval.Rules {
	v := f.Settings.Values()
	return approval.Rules{
		TrustedCommands: v.TrustedCommands,
		FolderCommands:  f.trust.Commands(),
		Denylist:        v.CommandDenylist,
		FolderDenylist:  v.FolderDenylist,
		DenylistUnknown: v.DenylistUnknown,
		GuardOff:        v.GuardOff,
		FolderUntrusted: !f.trust.Folder().May(trust.StoredCommands),
		TrustedHosts:    v.TrustedHosts,
	}
}

// used counts that a pattern has let a command run.
func (f *Folder) used(sessionID string, d approval.Decision) {
	key := trust.Key{Pattern: d.Pattern}
	switch d.Tier {
	case approval.TierUser:
		key.Scope = trust.Always
	case approval.TierWorkspace:
		key.Scope = trust.Workspace
	case approval.TierSession:
		key.Scope, key.SessionID = trust.Session, sessionID
	default:
		return // given for this run only: nothing remembers it
	}
	f.trust.Use(key)
	f.trustChanged()
}

// trustChanged tells the page to ask again for what is trusted.
func (f *Folder) trustChanged() {
	seq := f.trustSeq.Add(1)
	if f.options.Events != nil {
		f.options.Events.Trust(wire.TrustChanged{Seq: seq, Folder: f.FolderTrust()})
	}
}

// FolderTrust says whether the opened folder is trusted.
func (f *Folder) FolderTrust() wire.FolderTrust {
	folder := f.trust.Folder()
	return wire.FolderTrust{Trusted: folder.Trusted(), Path: folder.Path, Parent: folder.Parent, Effects: trust.Effects(folder.Trusted())}
}

// Trusts says whether a folder that need not be open is trusted.
func Trusts(paths Paths, path string) bool {
	store := trust.Open(trust.Paths{Data: paths.Data, Folder: path}, trust.Options{})
	return store.Folder().Trusted() // nothing is counted in it that would have to be written
}

// SetFolderTrust says whether the opened folder is trusted.
func (f *Folder) SetFolderTrust(ctx context.Context, trusted bool) error {
	return f.changed(ctx, folderTrusted(trusted, f.trust.Folder().Path), func() error { return f.trust.SetFolder(trusted) })
}

// folderTrusted is a change of a folder's trust, for the audit log.
func folderTrusted(trusted bool, path string) trustChange {
	if trusted {
		return trustChange{What: "Trusted a folder", Reason: path}
	}
	return trustChange{What: "Stopped trusting a folder", Reason: path, Tightens: true}
}

// SetParentTrust trusts the folder above the opened one, or takes back the trust
// that the opened one has by a folder above it.
func (f *Folder) SetParentTrust(ctx context.Context, trusted bool) error {
	path := f.trust.Folder().Parent
	if trusted {
		path = filepath.Dir(f.trust.Folder().Path)
	}
	return f.changed(ctx, folderTrusted(trusted, path), func() error { return f.trust.SetParent(trusted) })
}

// TrustState returns everything that decides whether a command runs unasked.
func (f *Folder) TrustState(ctx context.Context) (wire.TrustState, error) {
	v := f.Settings.Values()
	state := wire.TrustState{
		Seq: f.trustSeq.Load(), Commands: []wire.TrustedCommand{}, Denied: []wire.DeniedText{},
		Guard: !v.GuardOff, Folder: f.FolderTrust(), Broken: f.settingsBroken(),
	}
	if v.GuardByFolder {
		state.GuardBy = "workspace"
	}
	for _, text := range v.CommandDenylist {
		state.Denied = append(state.Denied, wire.DeniedText{Text: text, Folder: slices.Contains(v.FolderDenylist, text)})
	}
	usages := f.trust.Usages()
	add := func(entry wire.TrustEntry, title string) {
		usage := usages[trust.Key{Scope: trust.Scope(entry.Scope), SessionID: entry.SessionID, Pattern: entry.Pattern}]
		command := wire.TrustedCommand{TrustEntry: entry, SessionTitle: title, Uses: usage.Uses}
		if !usage.LastUsed.IsZero() {
			command.LastUsed = usage.LastUsed.UnixMilli()
		}
		command.Counts, command.Note = f.counts(entry, v)
		state.Commands = append(state.Commands, command)
	}
	for _, pattern := range v.TrustedCommands {
		add(wire.TrustEntry{Pattern: pattern, Scope: wire.TrustAlways}, "")
	}
	for _, pattern := range f.trust.Commands() {
		add(wire.TrustEntry{Pattern: pattern, Scope: wire.TrustWorkspace}, "")
	}
	if f.Agent == nil {
		return state, nil
	}
	sessions, err := f.Agent.Sessions(ctx)
	if err != nil {
		return state, err
	}
	for _, each := range sessions {
		for _, pattern := range each.Grants {
			add(wire.TrustEntry{Pattern: pattern, Scope: wire.TrustSession, SessionID: each.ID}, each.Title)
		}
	}
	return state, nil
}

// counts says whether a pattern lets commands run in this folder now, and why
// not or what else there is to know about it.
func (f *Folder) counts(entry wire.TrustEntry, v settings.Values) (counts bool, note string) {
	stored := entry.Scope != wire.TrustSession
	switch {
	case f.Workspace == nil:
		return false, ""
	case v.DenylistUnknown:
		return false, "It does not count until your deny list can be read."
	case stored && !f.trust.Folder().May(trust.StoredCommands):
		return false, "It does not count here: you have not trusted this folder."
	}
	return true, noteOn(entry.Pattern)
}

// noteOn says what a pattern means beyond its words.
func noteOn(pattern string) string {
	switch {
	case pattern == "*":
		return "Every command runs without asking, but for what is on the deny list."
	case approval.Wide(pattern):
		return "What it trusts can run any other program."
	case approval.StarMeansNothing(pattern):
		return "Its star means nothing: a star counts only at the very end, after a space."
	}
	return ""
}

// settingsBroken says why the user's trusted commands cannot be changed now.
func (f *Folder) settingsBroken() string {
	user := filepath.Join(f.options.Paths.Config, settings.UserName)
	for _, p := range f.Settings.Problems() {
		if p.File == user && p.Severity == settings.SeverityError && (p.Key == "" || p.Key == settings.KeyTrustedCommands) {
			return fmt.Sprintf("%s, line %d: %s", settings.UserName, p.Line, p.Message)
		}
	}
	return ""
}

// trusts reports whether a pattern is trusted already where it is to be.
func (f *Folder) trusts(entry wire.TrustEntry) bool {
	if entry.Scope == wire.TrustWorkspace {
		return slices.Contains(f.trust.Commands(), entry.Pattern)
	}
	return slices.Contains(f.Settings.Values().TrustedCommands, entry.Pattern)
}

// ExplainTrust says what would happen to a command, without running it.
func (f *Folder) ExplainTrust(ctx context.Context, question wire.TrustQuestion) (wire.TrustExplanation, error) {
	request := approval.Request{
		Kind: "execute", Tool: "run_command", Command: question.Command, Folder: ".", Grants: f.options.Grants,
	}
	if question.SessionID != "" {
		state, err := f.Agent.Session(ctx, question.SessionID)
		if err != nil {
			return wire.TrustExplanation{}, err
		}
		request.Session = state.Grants
	}
	d := f.Policy.Decide(ctx, request)
	explained := wire.TrustExplanation{
		Effect: d.Effect, Rule: d.Rule, Pattern: d.Pattern, Reason: d.Reason, Tier: d.Tier, Steps: []wire.TrustStep{},
	}
	for _, step := range d.Steps {
		explained.Steps = append(explained.Steps, wire.TrustStep{Tier: step.Tier, Rule: step.Rule, Effect: step.Effect, Text: step.Text})
	}
	return explained, nil
}

// agentOf returns the agent whose sessions hold patterns.
func (f *Folder) agentOf() (*agent.Agent, error) {
	if f.Agent == nil {
		return nil, ErrNoWorkspace
	}
	return f.Agent, nil
}
