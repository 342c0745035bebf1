package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/session"
)

// References finds and reads what prompts point at.
type References struct{}

// Find returns files, folders and symbols whose names fit.
func (r *References) Find(context.Context, wire.ReferenceQuery) (wire.ReferenceMatches, error) {
	return wire.ReferenceMatches{}, nil
}

// Forget ends the picker that a cache key names.
func (r *References) Forget(string) {}

// Look reads a reference as sending it would.
func (r *References) Look(_ context.Context, look wire.ReferenceLook) (session.Reference, error) {
	return look.Reference, nil
}

// StopLooking ends a look.
func (r *References) StopLooking(string) {}

// Read is what the agent reads references with.
func (r *References) Read(_ context.Context, request agent.ReferenceRequest) []session.Reference {
	return request.References
}
