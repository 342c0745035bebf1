package node

import (
	"bytes"
	"encoding/binary"
)

// A delta gives an encoding by what it shares with an older one: a sequence of
// copies (offset in the base, length) and literals, by turns, beginning with a
// copy. Only a folder that changed little has one that is worth it.

// Delta returns what makes next of base, or nil where that is no shorter than a
// quarter of next.
func Delta(base, next []byte) []byte {
	limit := len(next) / 4
	if limit < 8 {
		return nil
	}
	var out []byte
	from, at := 0, 0 // how far base and next have been read
	for at < len(next) {
		same := common(base[from:], next[at:])
		out = binary.AppendUvarint(out, uint64(from))
		out = binary.AppendUvarint(out, uint64(same))
		from, at = from+same, at+same
		literal, skipped := resync(base[from:], next[at:])
		out = appendText(out, string(next[at:at+literal]))
		from, at = from+skipped, at+literal
		if len(out) > limit {
			return nil
		}
	}
	return out
}

func common(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// resync finds where two runs agree again: how much of next is new, and how
// much of base is passed over. It looks for a sample of next, farther and
// farther on, in a window of base.
func resync(base, next []byte) (literal, skipped int) {
	const (
		sample = 24
		stride = 16
		window = 1 << 10
	)
	if len(next) == 0 {
		return 0, 0
	}
	for at := 0; at+sample <= len(next) && at < window; at += stride {
		i := bytes.Index(base[:min(len(base), at+window)], next[at:at+sample])
		if i < 0 {
			continue
		}
		for at > 0 && i > 0 && next[at-1] == base[i-1] {
			at, i = at-1, i-1
		}
		return at, i
	}
	// Nothing more in common nearby: the rest may still end alike.
	tail := 0
	for tail < len(base) && tail < len(next) && base[len(base)-1-tail] == next[len(next)-1-tail] {
		tail++
	}
	return len(next) - tail, len(base) - tail
}

// Apply makes an encoding of its base and delta; nil where they do not fit. It
// makes no more than limit bytes.
func Apply(base, delta []byte, limit int) []byte {
	out := make([]byte, 0, limit)
	r := &reader{rest: delta}
	for len(r.rest) > 0 {
		from, length := r.number(), r.number()
		literal := r.bytes(int(min(r.number(), uint64(len(delta)))))
		if r.err != nil || from > uint64(len(base)) || length > uint64(len(base))-from || uint64(len(out))+length+uint64(len(literal)) > uint64(limit) {
			return nil
		}
		out = append(out, base[from:from+length]...)
		out = append(out, literal...)
	}
	return out
}
