package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/codemap"
	"github.com/keel-ide/keel/backend/session"
)

// codeSymbols are the workspace's symbols as the picker knows them.
type codeSymbols struct {
	m func() *codemap.Map
}

// Symbols asks for one more than fits, to tell whether there are more. While the
// workspace is still being looked through, what is known comes with an error.
func (s codeSymbols) Symbols(ctx context.Context, text string, most int, wait bool) (found []wire.ReferenceMatch, limitHit bool, err error) {
	find := s.m().Known
	if wait {
		find = s.m().Symbols
	}
	symbols, err := find(ctx, text, most+1)
	if len(symbols) > most {
		symbols, limitHit = symbols[:most], true
	}
	for _, symbol := range symbols {
		found = append(found, wire.ReferenceMatch{
			Kind: session.ReferenceCode, Name: symbol.Name, Path: symbol.Path,
			From: symbol.From, To: symbol.To, Symbol: symbol.Kind,
		})
	}
	return found, limitHit, err
}
