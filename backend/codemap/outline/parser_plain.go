//go:build !cgo

package outline

// Available tells whether this build has a parser.
const Available = false

type parser struct{}

func newParser() *parser { return &parser{} }

func (p *parser) close() {}

func (p *parser) parse(string, []byte) ([]Symbol, error) { return nil, ErrUnavailable }
