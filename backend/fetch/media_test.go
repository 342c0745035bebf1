package fetch

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// encoded is a small picture as one of the formats that Go writes.
func encoded(t *testing.T, write func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, image.NewPaletted(image.Rect(0, 0, 3, 2), color.Palette{color.Black, color.White})); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a PNG of a few kilobytes which stands for side × side pixels.
func bomb(t *testing.T, side uint32) []byte {
	t.Helper()
	var out, packed bytes.Buffer
	chunk := func(name string, data []byte) {
		body := append([]byte(name), data...)
		_ = binary.Write(&out, binary.BigEndian, uint32(len(data)))
		out.Write(body)
		_ = binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	out.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	chunk("IHDR", append(head, 8, 0, 0, 0, 0))
	rows := zlib.NewWriter(&packed)
	if _, err := rows.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return out.Bytes()
}

// webp is the beginning of a WebP picture with a canvas of this size.
func webpOf(width, height uint32) []byte {
	size := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n-1)[:3] }
	head := append(append([]byte{0, 0, 0, 0}, size(width)...), size(height)...)
	chunk := append([]byte("VP8X\x0a\x00\x00\x00"), head...)
	return append([]byte("RIFF\x16\x00\x00\x00WEBP"), chunk...)
}

func TestPictures(t *testing.T) {
	small := encoded(t, png.Encode)
	for name, data := range map[string][]byte{
		"image/png": small, "image/webp": webpOf(30, 20),
		"image/jpeg": encoded(t, func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }),
		"image/gif":  encoded(t, func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }),
	} {
		server := serve(t, answer("text/html", string(data))) // whatever the server says
		page, err := local(t, Options{}).Get(t.Context(), server)
		if d := cmp.Diff(Page{Address: server, Type: name, Size: len(data), Data: data}, page); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", name, err, d)
		}
	}
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"a bomb":           {bomb(t, 60_000), "of 60000 × 60000 pixels"},
		"the largest":      {bomb(t, 1<<31-1), "damaged"},
		"a WebP bomb":      {webpOf(20_000, 9), "of 20000 × 9 pixels"},
		"the largest, too": {webpOf(60_000, 60_000), "damaged"},
		"its beginning":    {small[:20], "damaged"},
		"many bytes":       {append(small[:len(small):len(small)], make([]byte, mostPicture)...), "more than the 3750000 bytes"},
		"too many bytes":   {append(small[:len(small):len(small)], make([]byte, mostBytes)...), "more than the 3750000 bytes"},
	} {
		page, err := local(t, Options{}).Get(t.Context(), serve(t, answer("image/png", string(tt.data))))
		if !errors.Is(err, ErrType) || !strings.Contains(err.Error(), tt.want) || page.Data != nil {
			t.Errorf("%s: %d bytes, %v", name, len(page.Data), err)
		}
	}
}

// document is a PDF of these objects, from 1 on; the first one is its catalogue.
func document(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var offsets []int
	for i, object := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, trailer, start)
	return b.Bytes()
}

// onePage is a PDF with one page of this content, given as a stream's dictionary and
// its bytes.
func onePage(trailer, dictionary, content string) []byte {
	return document(trailer, "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
		fmt.Sprintf("<</Length %d%s>>stream\n%s\nendstream", len(content), dictionary, content), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
}

const shows = "BT /F1 12 Tf 72 700 Td (The words.) Tj ET"

func TestPDF(t *testing.T) {
	if racing {
		t.Skip("with the race detector documents take longer than they may")
	}
	info := document("/Info 6 0 R", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(shows), shows), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", "<</Title(The  title)>>")
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Last-Modified", "Wed, 04 Mar 2026 05:06:07 GMT")
		answer("application/octet-stream", string(info))(w, r)
	})
	page, err := local(t, Options{}).Get(t.Context(), server)
	want := Page{
		Address: server, Type: "application/pdf", Size: len(info), Title: "The title", Text: "The words.", Date: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC).UnixMilli(),
		Note: "Of the PDF this is the text alone, without pictures and layout.",
	}
	if d := cmp.Diff(want, page); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
}

// packed is a stream that a few bytes of zlib stand for, once or twice over.
func packed(t *testing.T, content string, times int) string {
	t.Helper()
	for range times {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		content = b.String()
	}
	return content
}

// Each of these documents ends in an error that says why, or in what could be read.
func TestHostilePDF(t *testing.T) {
	if racing {
		t.Skip("with the race detector documents take longer than they may")
	}
	key := strings.Repeat("00", 32)
	whole := string(onePage("", "", shows))
	kids := "[" + strings.Repeat("3 0 R ", 5000) + "]" // one page, again and again
	for name, tt := range map[string]struct {
		data string
		want string // in the error; empty: a page, or that it takes too much
	}{
		"password":       {string(onePage("/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"+key+">/U<"+key+">>>", "", shows)), "locked with a password"},
		"broken xref":    {strings.Replace(whole, "startxref\n", "startxref\n99", 1), ""},
		"xref in rings":  {whole[:strings.Index(whole, "trailer")] + "trailer<</Size 6/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF", ""},
		"cut short":      {whole[:len(whole)/3], "cannot be read"},
		"its beginning":  {"%PDF-1.7\n", "cannot be read"},
		"endless pages":  {string(document("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 2000000000/Kids"+kids+">>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")), ""},
		"pages in rings": {string(document("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]>>", "<</Type/Pages/Count 9/Parent 2 0 R/Kids[2 0 R]>>")), ""},
		"bombs in one":   {string(onePage("", "/Filter[/FlateDecode/FlateDecode]", packed(t, strings.Repeat(" ", 400<<20), 2))), ""},
		"a script":       {string(document("", "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(while\\(1\\){})>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")), ""},
		"a large page":   {string(onePage("", "", strings.Repeat(shows+"\n", 100_000))), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wanted := tt.want
			if wanted == "" {
				wanted = "too much time or room"
			}
			page, err := local(t, Options{}).Get(t.Context(), serve(t, answer("application/pdf", tt.data)))
			switch {
			case tt.want == "" && err == nil && len(page.Text) <= mostBytes && page.Type == "application/pdf":
			case err != nil && errors.Is(err, ErrType) && strings.Contains(err.Error(), wanted):
			default:
				t.Errorf("%d bytes, cut %q, %v", len(page.Text), page.Cut, err)
			}
			if strings.Contains(page.Cut, "first 0") {
				t.Errorf("cut %q", page.Cut)
			}
		})
	}
}
