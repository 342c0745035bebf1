package tool

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzReplace holds a replacement that is found as written to what it promises:
// it happens once, or everywhere with all, and what stands before and after it
// keeps its bytes. Any other one is refused, or is loose.
func FuzzReplace(f *testing.F) {
	f.Add([]byte("a\r\nb\nc"), "b\n", "x\ny\n", false)
	f.Add([]byte("\xFF\xFEa\x00\r\x00\n\x00b\x00"), "b", "c\nd", false)
	f.Add([]byte("\xEF\xBB\xBFaa\r\naa\r\n"), "aa", "b", true)
	f.Add([]byte("\tif x {\r\n\t}\r\n"), "if x {\n}\n", "if y {\n}\n", false)
	f.Add([]byte("caf\xE9\nx\n"), "x\n", "", false)
	f.Add([]byte("\xFE\xFF\xD8\x00\x00x"), "x", "y", false)
	f.Fuzz(func(t *testing.T, raw []byte, old, new string, all bool) {
		c, ok := newContent(raw)
		if !ok || old == "" || old == new || strings.ContainsRune(new, 0) {
			return
		}
		kept := bytes.Clone(raw)
		done, err := c.replace("f", replacement{old: old, new: new, all: all})
		if !bytes.Equal(kept, raw) {
			t.Fatal("the old bytes were written to")
		}
		if err != nil {
			return
		}
		if !bytes.HasPrefix(done.after, raw[:c.mark]) {
			t.Fatalf("the mark is gone: %q", done.after)
		}
		if done.loose {
			return
		}
		u := unify(c.text)
		wanted := unify(strings.TrimPrefix(old, "\uFEFF")).text
		first, last := strings.Index(u.text, wanted), strings.LastIndex(u.text, wanted)
		if first < 0 || (!all && first != last) {
			t.Fatalf("%q is not in %q once", wanted, u.text)
		}
		front := raw[:c.offset(u.original(first))]
		back := raw[c.offset(u.original(last+len(wanted))):]
		if !bytes.HasPrefix(done.after, front) {
			t.Fatalf("the bytes before changed: %q to %q", raw, done.after)
		}
		// With overlapping places the last one that was replaced may end before.
		if !all && !bytes.HasSuffix(done.after, back) {
			t.Fatalf("the bytes after changed: %q to %q", raw, done.after)
		}
	})
}
