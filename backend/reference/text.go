package reference

import (
	"context"
	"strings"
	"unicode"

	"github.com/keel-ide/keel/backend/command"
	"github.com/keel-ide/keel/backend/session"
)

// terminal is what stands in a terminal; the end of it matters most.
func (r *Reader) terminal(ref session.Reference) (found, error) {
	if ref.Given == nil {
		return found{}, refuse("The terminal has nothing to read.", "Select text in it, and point at it again.")
	}
	text := r.cleaned(command.Strip(*ref.Given))
	return found{session.Content{Size: int64(len(*ref.Given))}, tail{strings.TrimRight(text, "\n \t") + "\n"}}, nil
}

// text is what is in no file of the workspace.
func (r *Reader) text(ref session.Reference) (found, error) {
	if ref.Given == nil {
		return found{}, refuse("There is no text in it.", "Point at it again.")
	}
	lines := strings.ReplaceAll(unified(*ref.Given), "\r", "\n") // on its own it ends a line in old files
	return found{session.Content{Size: int64(len(*ref.Given))}, headOf(r.cleaned(command.Strip(lines)), "")}, nil
}

// cleaned is text without secrets and without what only drives a terminal.
func (r *Reader) cleaned(text string) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if r.o.Redact != nil {
		text = r.o.Redact(text)
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// codebase is what of the workspace matters for the prompt.
func (r *Reader) codebase(ctx context.Context, request Request) (found, error) {
	if r.o.Codebase == nil {
		return found{}, refuse("The workspace cannot be looked through here.", "Point at files or folders instead.")
	}
	text, cut, err := r.o.Codebase(ctx, request.Prompt, mostBytes)
	if err != nil {
		if ctx.Err() != nil {
			return found{}, ctx.Err()
		}
		return found{}, refuse("The workspace could not be looked through: "+strings.TrimSuffix(err.Error(), ".")+".", "Point at files or folders instead.")
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if text == "" {
		return found{}, refuse("Nothing in the workspace fits the words of the message.", "Name what you mean as the code does, or point at files or folders.")
	}
	return found{session.Content{Size: int64(len(text))}, headOf(text, cut)}, nil
}

// page is what an address holds.
func (r *Reader) page(ctx context.Context, sessionID string, ref session.Reference) (found, error) {
	if r.o.Web == nil {
		return found{}, refuse("Nothing can be fetched here.", "Paste the text that matters.")
	}
	p, err := r.o.Web.Get(ctx, sessionID, ref.Address)
	if err != nil {
		return found{}, err
	}
	content := session.Content{Address: p.Address, As: p.As, Type: p.Type, Title: strings.ToValidUTF8(p.Title, "\uFFFD"), Size: p.Size, Date: p.Date, Note: p.Note}
	if p.Image != nil {
		content.Image, content.Tokens = p.Image, imageTokens
		return found{content: content}, nil
	}
	text := strings.ToValidUTF8(p.Text, "\uFFFD")
	if strings.TrimSpace(text) == "" {
		if p.Note != "" { // it says why, as of a PDF that is pictures alone
			return found{}, refuse(sentences("There is no text at the address.", p.Note), "Paste the text that matters.")
		}
		return found{}, refuse("There is no text at the address.", "Its page may be made by scripts, which are never run. Paste the text that matters.")
	}
	return found{content, headOf(text, p.Cut)}, nil
}
