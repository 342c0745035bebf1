package codemap

import (
	"sync"
)

const (
	shortestName = 3
	longestName  = 64
	// mostMentions is how many different names of one file count, and mostNames how
	// many of a workspace.
	mostMentions = 2000
	mostNames    = 2_000_000
)

// mention is a name that a file holds, and how often.
type mention struct {
	name  uint32
	count uint32
}

// names gives each name a number, so that a mention takes 8 bytes. A name is any
// word of a text, be it code or not.
type names struct {
	mu      sync.RWMutex // guards what follows
	numbers map[string]uint32
	all     []string // by number
}

func newNames() *names { return &names{numbers: map[string]uint32{}} }

// number returns the number of a name that somebody mentions.
func (n *names) number(name string) (uint32, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	known, ok := n.numbers[name]
	return known, ok
}

// list returns the names by their numbers. Numbers are given, never taken back.
func (n *names) list() []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.all
}

// mentioned returns the names in a text in the order in which they come first.
func (n *names) mentioned(text []byte) []mention {
	places := map[string]int{}
	var order []string
	var counts []uint32
	for at := 0; at < len(text); {
		from, to := nextName(text, at)
		at = to
		if to-from < shortestName || to-from > longestName {
			continue
		}
		if place, ok := places[string(text[from:to])]; ok {
			counts[place]++
			continue
		}
		if len(order) == mostMentions {
			continue
		}
		name := string(text[from:to])
		places[name] = len(order)
		order, counts = append(order, name), append(counts, 1)
	}
	return n.numbered(order, counts)
}

func (n *names) numbered(order []string, counts []uint32) []mention {
	n.mu.Lock()
	defer n.mu.Unlock()
	found := make([]mention, 0, len(order))
	for i, name := range order {
		number, ok := n.numbers[name]
		if !ok {
			if len(n.all) == mostNames {
				continue
			}
			number = uint32(len(n.all))
			n.numbers[name] = number
			n.all = append(n.all, name)
		}
		found = append(found, mention{name: number, count: counts[i]})
	}
	return found
}

// nextName returns where the next name in a text begins and ends; it is empty at
// the end of the text.
func nextName[T string | []byte](text T, at int) (from, to int) {
	for at < len(text) && !isLetter(text[at]) {
		at++
	}
	from = at
	for at < len(text) && (isLetter(text[at]) || isDigit(text[at])) {
		at++
	}
	return from, at
}

// isLetter tells whether a byte can be part of a name, other than a digit. Letters
// outside ASCII count whole.
func isLetter(b byte) bool {
	return b >= 'a' && b <= 'z' || isUpper(b) || b == '_' || b == '$' || b >= 0x80
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isUpper(b byte) bool { return b >= 'A' && b <= 'Z' }

// begins tells whether a word of a name begins at a place: "readHTMLFile_v2" has
// read, HTML, File and v2.
func begins[T string | []byte](name T, at int) bool {
	if at == 0 {
		return true
	}
	before, here := name[at-1], name[at]
	switch {
	case !isLetter(before) && !isDigit(before), before == '_', before == '$':
		return true
	case !isUpper(here):
		return false
	}
	return !isUpper(before) || at+1 < len(name) && name[at+1] >= 'a' && name[at+1] <= 'z'
}
