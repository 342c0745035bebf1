package codemap

import "sync"

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

// names gives each name a number, so that a mention takes 8 bytes.
type names struct {
	mu      sync.RWMutex // guards numbers
	numbers map[string]uint32
}

func newNames() *names { return &names{numbers: map[string]uint32{}} }

// number returns a name's number, which it gets where there is room.
func (n *names) number(name string) (uint32, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	known, ok := n.numbers[name]
	if !ok && len(n.numbers) < mostNames {
		known, ok = uint32(len(n.numbers)), true
		n.numbers[name] = known
	}
	return known, ok
}

// mentioned returns the names in a text in the order in which they come first.
func (n *names) mentioned(text []byte) []mention {
	counts := map[string]int{}
	var order []string
	var all []mention
	for at := 0; at < len(text); {
		if !isLetter(text[at]) {
			at++
			continue
		}
		from := at
		for at < len(text) && (isLetter(text[at]) || text[at] >= '0' && text[at] <= '9') {
			at++
		}
		if at-from < shortestName || at-from > longestName {
			continue
		}
		if place, ok := counts[string(text[from:at])]; ok {
			all[place].count++
			continue
		}
		if len(order) == mostMentions {
			continue
		}
		name := string(text[from:at])
		counts[name] = len(order)
		order = append(order, name)
		all = append(all, mention{count: 1})
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, name := range order {
		known, ok := n.numbers[name]
		if !ok && len(n.numbers) < mostNames {
			known = uint32(len(n.numbers))
			n.numbers[name] = known
		} else if !ok {
			known = ^uint32(0) // nobody defines it
		}
		all[i].name = known
	}
	return all
}

// isLetter tells whether a byte can be part of a name, other than a digit. Letters
// outside ASCII count whole.
func isLetter(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b == '$' || b >= 0x80
}
