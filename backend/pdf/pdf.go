// Package pdf reads the text of PDF documents.
//
// # Promises
//
// A document is read by PDFium inside a WebAssembly machine that has no files, no
// network, no clock of this system and a limited memory: whatever a document makes
// of it, it can only fail. The machine is made for one document and ends with it.
// Pages, time and the length of the text are limited; what was left out is said. No
// script of a document runs, and none of its links is followed.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	reasons "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// Limits of one document.
const (
	mostPages  = 1000
	mostText   = 5 << 20
	mostTime   = 12 * time.Second
	mostMemory = 256 << 20
	memoryPage = 64 << 10 // of WebAssembly
)

// Reasons for which there is no text.
var (
	// ErrLocked: it wants a password.
	ErrLocked = errors.New("the document is locked with a password")
	// ErrBroken: it cannot be read.
	ErrBroken = errors.New("the document is broken or is no PDF")
)

// Document is the text of a document.
type Document struct {
	Title string
	Text  string // pages after one another, with a blank line between them
	Pages int    // how many there are
	Read  int    // of how many Text is
}

// Is reports whether bytes begin as a PDF does, blanks aside.
func Is(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data[:min(len(data), 1024)], "\xEF\xBB\xBF \t\r\n"), []byte("%PDF-"))
}

// Read reads a document. Where time or room ends before the document does, it
// returns what was read until then.
func Read(ctx context.Context, data []byte) (Document, error) {
	limited, done := context.WithTimeout(ctx, mostTime)
	defer done()
	d, err := read(limited, data)
	switch {
	case ctx.Err() != nil:
		return Document{}, ctx.Err()
	case d.Read > 0, err == nil && limited.Err() == nil:
		return d, nil
	case errors.Is(err, reasons.ErrPassword), errors.Is(err, reasons.ErrSecurity):
		return Document{}, ErrLocked
	case limited.Err() != nil:
		return Document{}, fmt.Errorf("reading it took longer than %v: %w", mostTime, ErrBroken)
	}
	return Document{}, fmt.Errorf("%w: %w", ErrBroken, err)
}

func read(ctx context.Context, data []byte) (d Document, err error) {
	defer func() {
		if failed := recover(); failed != nil {
			err = fmt.Errorf("reading stopped: %v", failed)
		}
	}()
	// Interpreted: compiling takes seconds, which only documents of many hundred
	// pages win back, and leaves hundreds of megabytes of code.
	config := wazero.NewRuntimeConfigInterpreter().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(mostMemory / memoryPage).
		WithCloseOnContextDone(true)
	machine, err := webassembly.Init(webassembly.Config{
		Context: ctx, MaxIdle: 1, MaxTotal: 1, RuntimeConfig: config,
		FSConfig: wazero.NewFSConfig(), // else all files of this system are given to it
		Stdout:   io.Discard, Stderr: io.Discard,
	})
	if err != nil {
		return Document{}, fmt.Errorf("starting the reader: %w", err)
	}
	defer func() { err = errors.Join(err, machine.Close()) }()
	reader, err := machine.GetInstanceWithContext(ctx)
	if err != nil {
		return Document{}, fmt.Errorf("starting the reader: %w", err)
	}
	opened, err := reader.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return Document{}, err
	}
	return pages(ctx, reader, opened.Document)
}

func pages(ctx context.Context, reader pdfium.Pdfium, document references.FPDF_DOCUMENT) (Document, error) {
	count, err := reader.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: document})
	if err != nil {
		return Document{}, err
	}
	d := Document{Pages: count.PageCount}
	if title, err := reader.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: document, Tag: "Title"}); err == nil {
		d.Title = strings.Join(strings.Fields(strings.ToValidUTF8(title.Value, "")), " ")
	}
	var text strings.Builder
	for d.Read < min(d.Pages, mostPages) && text.Len() < mostText && ctx.Err() == nil {
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: document, Index: d.Read}}
		got, err := reader.GetPageText(&requests.GetPageText{Page: page})
		if ctx.Err() != nil {
			break
		}
		d.Read++
		if err != nil { // a broken page takes no others with it
			continue
		}
		if words := tidy(got.Text); words != "" {
			text.WriteString(words + "\n\n")
		}
	}
	d.Text = strings.TrimSpace(strings.ToValidUTF8(text.String(), "\uFFFD"))
	if len(d.Text) > mostText {
		d.Text = strings.ToValidUTF8(d.Text[:mostText], "")
	}
	return d, nil
}

// tidy is the text of a page with plain ends of lines; PDFium writes U+FFFE for a
// hyphen at the end of one.
func tidy(text string) string {
	return strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "", "\uFFFE", "-").Replace(text))
}
