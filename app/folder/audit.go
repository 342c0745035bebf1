package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
)

// AuditPage returns a part of the audit log, the newest first.
func (f *Folder) AuditPage(ctx context.Context, query wire.AuditQuery) (wire.AuditPage, error) {
	return wire.AuditPage{}, nil
}
