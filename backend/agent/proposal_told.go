package agent

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/diff"
	"github.com/keel-ide/keel/backend/session"
)

// toldMost bounds the comparisons in what the model is told, in bytes.
const toldMost = 24 << 10

// telling is what the model is told of what a person has made of its change.
type telling struct {
	text  string
	exact bool // from it, the model knows what stands in the file now
}

// tell says what became of what the model proposed, when these bytes are written.
func (p *proposal) tell(with Proposer, final []byte) telling {
	asked := p.call.item.Tool.Approval
	told := telling{exact: true}
	if asked.Edited {
		told.say("The user changed your text before accepting it.")
	}
	if p.rebase != "" {
		told.say(fmt.Sprintf("%s was changed while this waited for the user, and the change was put on top of that.", p.now.Path))
	}
	if text := takenText(asked.Hunks); text != "" {
		told.say(text)
	}
	for _, refused := range p.refused() {
		told.say(refused.text())
		only, err := kept(p.now, refused.only(asked.Hunks))
		if err != nil {
			told.exact = false
			continue
		}
		told.show(with.Compare(p.now.Before, only))
	}
	if !p.untouched() {
		told.say("From what you proposed to what stands in the file now:")
		told.show(with.Compare(p.first.After, final))
	}
	if !told.exact {
		told.say("That is more than can be shown here: read the file again before you change it.")
	}
	return told
}

// takenText says how many changes were taken, where not all were; else it is empty.
func takenText(hunks []session.ProposedHunk) string {
	accepted := having(hunks, session.Accepted)
	switch {
	case accepted == len(hunks):
		return ""
	case accepted == 0:
		return "The user refused all changes of this call."
	}
	return fmt.Sprintf("The user accepted %d of %d changes of this call and refused the rest. Do not repeat what was refused.", accepted, len(hunks))
}

func having(hunks []session.ProposedHunk, decision session.Decision) int {
	n := 0
	for _, hunk := range hunks {
		if hunk.Decision == decision {
			n++
		}
	}
	return n
}

// refusedHunks are hunks that were refused for one reason.
type refusedHunks struct {
	reason string
	ids    []string
}

// refused groups what was refused by its reasons, in the order of the file.
func (p *proposal) refused() []refusedHunks {
	var groups []refusedHunks
	for _, hunk := range p.call.item.Tool.Approval.Hunks {
		if hunk.Decision != session.Rejected {
			continue
		}
		i := slices.IndexFunc(groups, func(g refusedHunks) bool { return g.reason == hunk.Reason })
		if i < 0 {
			i, groups = len(groups), append(groups, refusedHunks{reason: hunk.Reason})
		}
		groups[i].ids = append(groups[i].ids, hunk.ID)
	}
	return groups
}

func (r refusedHunks) text() string {
	if r.reason == "" {
		return "Refused, and not written:"
	}
	return fmt.Sprintf("Refused, and not written. They said: %s", r.reason)
}

// only decides that nothing but these is kept.
func (r refusedHunks) only(hunks []session.ProposedHunk) []session.ProposedHunk {
	hunks = slices.Clone(hunks)
	wanted := make(map[string]bool, len(r.ids))
	for _, id := range r.ids {
		wanted[id] = true
	}
	for i := range hunks {
		hunks[i].Decision = session.Rejected
		if wanted[hunks[i].ID] {
			hunks[i].Decision = session.Accepted
		}
	}
	return hunks
}

func (t *telling) say(text string) { t.text += endLine(t.text) + text }

// show adds a comparison, if there is room for it.
func (t *telling) show(file diff.File) {
	text := diff.Unified(file)
	if file.Binary || file.TooLarge || len(t.text)+len(text) > toldMost {
		t.exact = false
		return
	}
	t.text += endLine(t.text) + strings.TrimSuffix(text, "\n")
}

// endLine is what ends the last line of a text.
func endLine(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return ""
	}
	return "\n"
}

// taken says for the audit log what was taken of a proposal; empty when all of it
// was, as the model made it.
func taken(asked *session.Approval) string {
	var said []string
	if accepted := having(asked.Hunks, session.Accepted); asked.Answer == "approved" && accepted < len(asked.Hunks) {
		said = append(said, fmt.Sprintf("accepted %d of %d changes", accepted, len(asked.Hunks)))
	}
	if asked.Edited && asked.Answer == "approved" {
		said = append(said, "the user changed the proposal first")
	}
	if reasons := reasonsOf(asked.Hunks); asked.Answer != "cancelled" && len(reasons) > 0 {
		said = append(said, "refused because: "+strings.Join(reasons, "; "))
	}
	return strings.Join(said, "; ")
}

// reasonsOf lists why hunks were refused, each reason once.
func reasonsOf(hunks []session.ProposedHunk) []string {
	var reasons []string
	for _, hunk := range hunks {
		if hunk.Reason != "" && !slices.Contains(reasons, hunk.Reason) {
			reasons = append(reasons, hunk.Reason)
		}
	}
	return reasons
}

// rejection is what the model is told when nothing of the proposal was taken.
func (p *proposal) rejection(feedback string) string {
	asked := p.call.item.Tool.Approval
	reasons := reasonsOf(asked.Hunks)
	switch {
	case feedback == "" && len(reasons) == 1:
		return rejection(reasons[0])
	case len(reasons) == 0:
		return rejection(feedback)
	}
	told := telling{text: rejection(feedback)}
	proposer, ok := p.call.prepared.(Proposer)
	if !ok {
		return told.text
	}
	for _, refused := range p.refused() {
		only, err := kept(p.now, refused.only(asked.Hunks))
		if refused.reason == "" || err != nil {
			continue
		}
		told.say("Of this they said: " + refused.reason)
		told.show(proposer.Compare(p.now.Before, only))
	}
	return told.text
}
