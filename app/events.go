package app

import (
	"context"
	"sync/atomic"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/session"
)

// events sends to the page. The page's handlers see what was sent after the
// window is up; everything that can be sent can also be asked for.
type events struct {
	ctx atomic.Pointer[context.Context] // Wails' own, set at its start
}

func (e *events) Session(v session.Event)         { send(e, "session", v) }
func (e *events) Sessions(v wire.SessionsChanged) { send(e, "sessions", v) }
func (e *events) Files(v wire.FilesChanged)       { send(e, "files", v) }
func (e *events) Search(v wire.TextMatches)       { send(e, "search", v) }
func (e *events) Terminal(v wire.TerminalOutput)  { send(e, "terminal", v) }
func (e *events) Settings(v wire.SettingsChanged) { send(e, "settings", v) }
func (e *events) Notice(v wire.Notice)            { send(e, "notice", v) }
func (e *events) Open(v wire.OpenWaiting)         { send(e, "open", v) }
func (e *events) Checkpoints(v wire.CheckpointActivity) {
	send(e, "checkpoints", v)
}
func (e *events) Closing(v wire.Closing)        { send(e, "closing", v) }
func (e *events) Trust(v wire.TrustChanged)     { send(e, "trust", v) }
func (e *events) Audit(v wire.AuditChanged)     { send(e, "audit", v) }
func (e *events) Accounts(v wire.AccountsState) { send(e, "accounts", v) }
func (e *events) Secrets(v wire.SecretsState)   { send(e, "secrets", v) }
func (e *events) Webview(v wire.WebviewRequest) { send(e, "webview", v) }
func (e *events) Extensions(v wire.ExtensionsState) {
	send(e, "extensions", v)
}
func (e *events) Extension(v wire.ExtensionProgress) { send(e, "extension", v) }
func (e *events) Updates(v wire.UpdatesState)        { send(e, "updates", v) }

func send[T any](e *events, name string, payload T) {
	ctx := e.ctx.Load()
	if ctx == nil || (*ctx).Err() != nil {
		return
	}
	wire.Complete(&payload)
	runtime.EventsEmit(*ctx, name, payload)
}
