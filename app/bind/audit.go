package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Audit is the log of what the agent asked for, what was decided, and what came
// of it.
type Audit struct{ seam *Seam }

// NewAudit binds the audit log.
func NewAudit(seam *Seam) *Audit { return &Audit{seam} }

// List returns a part of the log, the newest first.
func (b *Audit) List(query wire.AuditQuery) (wire.AuditPage, error) {
	return with(b.seam, "Audit.List", func(ctx context.Context, f *folder.Folder) (wire.AuditPage, error) {
		return f.AuditPage(ctx, query)
	})
}
