package pdf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/pdf"
)

// document writes a PDF with a text on each page; trailer is added to its trailer.
func document(trailer string, texts ...string) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(body string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	b.WriteString("%PDF-1.4\n")
	var kids strings.Builder
	for i := range texts {
		fmt.Fprintf(&kids, "%d 0 R ", 4+2*i)
	}
	object("<</Type/Catalog/Pages 2 0 R>>")
	object(fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(texts), kids.String()))
	object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	for i, text := range texts {
		stream := ""
		if text != "" {
			stream = fmt.Sprintf("BT /F1 12 Tf 72 700 Td (%s) Tj ET", text)
		}
		object(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", 5+2*i))
		object(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(stream), stream))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, trailer, start)
	return b.Bytes()
}

func TestRead(t *testing.T) {
	if racing {
		t.Skip("with the race detector documents take longer than they may")
	}
	got, err := pdf.Read(t.Context(), document("", "The first page.", "", "The third."))
	if err != nil || got.Text != "The first page.\n\nThe third." || got.Pages != 3 || got.Read != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	blank, err := pdf.Read(t.Context(), document("", "")) // as of a scanned one
	if err != nil || blank.Text != "" || blank.Pages != 1 {
		t.Errorf("without text: %+v, %v", blank, err)
	}
}

func TestALockedDocument(t *testing.T) {
	if racing {
		t.Skip("with the race detector documents take longer than they may")
	}
	key := strings.Repeat("00", 32)
	trailer := "/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + key + ">/U<" + key + ">>>"
	if _, err := pdf.Read(t.Context(), document(trailer, "secret")); !errors.Is(err, pdf.ErrLocked) {
		t.Errorf("got %v", err)
	}
}

func TestBrokenDocuments(t *testing.T) {
	if racing {
		t.Skip("with the race detector documents take longer than they may")
	}
	whole := document("", "The first page.")
	for name, data := range map[string][]byte{
		"empty": {}, "only a beginning": []byte("%PDF-1.7\n"), "other bytes": bytes.Repeat([]byte{0xff, 0}, 4000),
		"pages in circles": []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>"),
	} {
		if got, err := pdf.Read(t.Context(), data); err == nil && got.Text != "" || err != nil && !errors.Is(err, pdf.ErrBroken) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	// What can be mended is read.
	lost := bytes.Replace(whole, []byte("startxref\n"), []byte("startxref\n7"), 1)
	if got, err := pdf.Read(t.Context(), lost); err != nil || got.Text != "The first page." {
		t.Errorf("where its parts are is wrong: %+v, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pdf.Read(ended, whole); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestManyPages(t *testing.T) {
	if racing {
		t.Skip("with the race detector documents take longer than they may")
	}
	got, err := pdf.Read(t.Context(), document("", make([]string, 1200)...))
	if err != nil || got.Pages != 1200 || got.Read == 0 || got.Read > 1000 {
		t.Errorf("%d of %d pages, %v", got.Read, got.Pages, err)
	}
}

func BenchmarkRead(b *testing.B) {
	data := document("", strings.Split(strings.Repeat("A page with a few words on it.,", 20), ",")...)
	for b.Loop() {
		if _, err := pdf.Read(b.Context(), data); err != nil {
			b.Fatal(err)
		}
	}
}
