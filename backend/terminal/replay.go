package terminal

import (
	"bytes"
	"unicode/utf8"
)

const (
	// replayLimit is how much output is kept at least.
	replayLimit = 1 << 20
	// replaySlack covers a read that was under way when a reader came: each of
	// its bytes can become the three of U+FFFD.
	replaySlack = 3 * (readSize + utf8.UTFMax)
	// lineSearch is how far into forgotten output a whole line is looked for,
	// so that a replay does not begin within an escape sequence.
	lineSearch = 4 << 10
)

// replay is the end of a stream. It grows to twice its limit before it is cut
// back, so that a byte is moved once at most.
type replay struct {
	data []byte
	base int64 // the offset of data[0]
}

func (r *replay) end() int64 { return r.base + int64(len(r.data)) }

// append adds whole characters.
func (r *replay) append(text []byte) {
	r.data = append(r.data, text...)
	if len(r.data) <= 2*replayLimit {
		return
	}
	cut := len(r.data) - replayLimit - replaySlack
	r.data = append(r.data[:0], r.data[cut:]...)
	r.base += int64(cut)
}

// start returns where a reader that asks for an offset begins: there, at the
// end when it is ahead, or where what is kept begins.
func (r *replay) start(from int64) int64 {
	if from >= r.end() {
		return r.end()
	}
	first := max(r.base, r.end()-replayLimit)
	if from < first && first > 0 {
		window := r.data[first-r.base:]
		if i := bytes.IndexByte(window[:min(len(window), lineSearch)], '\n'); i >= 0 {
			return first + int64(i) + 1
		}
	}
	from = max(from, first)
	for from < r.end() && !utf8.RuneStart(r.data[from-r.base]) {
		from++
	}
	return from
}

// read returns up to limit bytes of whole characters from an offset on.
func (r *replay) read(from int64, limit int) string {
	rest := r.data[from-r.base:]
	if len(rest) > limit {
		n := limit
		for !utf8.RuneStart(rest[n]) {
			n--
		}
		rest = rest[:n]
	}
	return string(rest)
}

// decoder turns bytes into valid UTF-8; a character that is not whole yet
// waits for its rest.
type decoder struct {
	partial []byte
	buffer  []byte
}

// write returns text that is valid until the next call.
func (d *decoder) write(data []byte) []byte {
	if len(d.partial) > 0 {
		data = append(d.partial, data...)
	}
	whole := len(data) - partialRune(data)
	d.partial = bytes.Clone(data[whole:])
	data = data[:whole]
	if utf8.Valid(data) {
		return data
	}
	d.buffer = appendValid(d.buffer[:0], data)
	return d.buffer
}

// flush gives up waiting.
func (d *decoder) flush() []byte {
	rest := appendValid(nil, d.partial)
	d.partial = nil
	return rest
}

// partialRune counts the bytes at the end that begin a character.
func partialRune(data []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(data); n++ {
		tail := data[len(data)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

func appendValid(out, data []byte) []byte {
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		out = utf8.AppendRune(out, r)
		data = data[size:]
	}
	return out
}
