package reference

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/keel-ide/keel/backend/session"
)

const (
	wholeFile = 1 << 20  // a file that is read whole at once
	mostFile  = 50 << 20 // a file that is read to its end
)

// file is the text of a file: as an editor has it, or as it is on the disk.
func (r *Reader) file(ctx context.Context, ref session.Reference) (found, error) {
	name, err := place(ref)
	if err != nil {
		return found{}, err
	}
	if err := r.allowed(ctx, ref, name); err != nil {
		return found{}, err
	}
	if ref.Given != nil {
		text := headOf(given(ref), "")
		return found{session.Content{Size: text.bytes}, text}, nil
	}
	text, err := r.load(ctx, name)
	if err != nil {
		return found{}, err
	}
	return found{session.Content{Size: text.bytes, Hash: text.hash}, text}, nil
}

// given is text of the page's, in the form in which files are read.
func given(ref session.Reference) string { return unified(strings.ToValidUTF8(*ref.Given, "\uFFFD")) }

// load reads the text of a file, or of a large one its beginning. A very large one
// is not even read to its end.
func (r *Reader) load(ctx context.Context, name string) (head, error) {
	file, entry, err := r.o.Workspace.OpenFile(ctx, name)
	if err != nil {
		return head{}, err
	}
	defer file.Close()
	if entry.Size <= wholeFile {
		raw, _, err := r.o.Workspace.ReadFile(ctx, name, mostFile)
		if err != nil {
			return head{}, err
		}
		text, ok := decode(raw)
		if !ok {
			return head{}, binaryFile(name, raw, int64(len(raw)))
		}
		sum := sha256.Sum256(raw)
		return head{text: text, lines: countLines(text), bytes: int64(len(raw)), whole: true, hash: hex.EncodeToString(sum[:])}, nil
	}
	raw := make([]byte, wholeFile)
	if _, err := io.ReadFull(file, raw); err != nil {
		return head{}, fmt.Errorf("reading %q: %w", name, err)
	}
	e := encodingOf(raw)
	first := e.whole(raw)
	text, ok := decode(first)
	if !ok {
		return head{}, binaryFile(name, raw, entry.Size)
	}
	large := head{text: text, bytes: entry.Size}
	if entry.Size > mostFile {
		return large, nil
	}
	rest, ok, err := e.count(ctx, io.MultiReader(strings.NewReader(string(raw[len(first):])), file))
	if err != nil {
		return head{}, err
	}
	if !ok {
		return head{}, binaryFile(name, raw, entry.Size)
	}
	large.lines = strings.Count(text, "\n") + rest
	if !endsWithLine(file, entry.Size) {
		large.lines++
	}
	return large, nil
}

// endsWithLine reports whether the last byte of a file, or the one before it in a
// wide encoding, ends a line.
func endsWithLine(file io.ReaderAt, size int64) bool {
	last := make([]byte, 1)
	for _, back := range []int64{1, 2} {
		if _, err := file.ReadAt(last, size-back); err != nil {
			return false
		}
		switch last[0] {
		case '\n':
			return true
		case 0:
		default:
			return false
		}
	}
	return false
}

// binaryFile says that a file is no text, and what it may be.
func binaryFile(name string, raw []byte, size int64) *refusal {
	if kind := http.DetectContentType(raw); strings.HasPrefix(kind, "image/") {
		return refuse(fmt.Sprintf("%s is a picture, not text.", name), "Drag it into the message to send it as a picture.")
	}
	return refuse(fmt.Sprintf("%s is not text (%s of binary data).", name, sized(size)), "Take it out of the message, or point at a file of text.")
}
