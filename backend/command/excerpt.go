package command

import (
	"slices"
	"unicode/utf8"
)

// excerptHalf is how many bytes of the beginning, and of the end, of a
// command's output a model reads.
const excerptHalf = 15 << 10

// excerpt keeps the beginning and the end of a text in bounded memory. Writes
// hold whole characters.
type excerpt struct {
	head  []byte
	tail  []byte // at most twice excerptHalf: trimmed when it has doubled
	total int64
}

func (e *excerpt) write(data []byte) {
	e.total += int64(len(data))
	if room := excerptHalf - len(e.head); room > 0 && len(e.tail) == 0 {
		n := room
		if n >= len(data) {
			n = len(data)
		} else {
			for n > 0 && !utf8.RuneStart(data[n]) {
				n--
			}
		}
		e.head = append(e.head, data[:n]...)
		data = data[n:]
	}
	if len(data) > excerptHalf {
		e.tail = e.tail[:0]
		data = data[len(data)-excerptHalf:]
	}
	e.tail = append(e.tail, data...)
	if len(e.tail) > 2*excerptHalf {
		e.tail = append(e.tail[:0], e.tail[len(e.tail)-excerptHalf:]...)
	}
}

// parts returns both ends and how many bytes lie between them. Text that fits
// whole is the head alone.
func (e *excerpt) parts() (head, tail string, omitted int64) {
	rest := e.tail
	if over := len(rest) - excerptHalf; over > 0 {
		rest = rest[over:]
	}
	omitted = e.total - int64(len(e.head)) - int64(len(rest))
	if omitted == 0 {
		return string(e.head) + string(rest), "", 0
	}
	for len(rest) > 0 && !utf8.RuneStart(rest[0]) {
		rest = rest[1:]
		omitted++
	}
	return string(e.head), string(rest), omitted
}

func (e *excerpt) clone() *excerpt {
	return &excerpt{head: slices.Clone(e.head), tail: slices.Clone(e.tail), total: e.total}
}
