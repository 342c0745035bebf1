package reference

import (
	"cmp"
	"slices"

	"github.com/keel-ide/keel/backend/session"
)

// fit makes contents of what was found, so that all of them stay in the budget.
func fit(request Request, all []found) []session.Reference {
	room := defaultBudget
	if request.Budget > 0 {
		room = bytesOf(request.Budget)
	}
	const noRoom = "There is no room left for it in this message."
	hint := "Send it in a message of its own, or point at less."
	for i := range all {
		image := all[i].content.Image
		if image == nil {
			continue
		}
		if need := bytesOf(imageTokens); need <= room {
			room -= need
			continue
		}
		all[i].content.Image, all[i].content.Tokens = nil, 0
		all[i].content.Problem, all[i].content.Hint = noRoom, hint
	}
	sizes := make([]int, len(all))
	for i, one := range all {
		if one.body != nil {
			sizes[i] = min(one.body.size(), mostBytes)
		}
	}
	out := make([]session.Reference, len(all))
	for i, share := range shares(sizes, room) {
		content := all[i].content
		if one := all[i].body; one != nil {
			content.Text, content.Cut = one.fit(share)
			content.Tokens = tokensOf(content.Text)
			if content.Cut != "" {
				content.Hash = ""
			}
			if content.Text == "" && one.size() > 0 {
				content.Cut, content.Problem, content.Hint = "", noRoom, hint
			}
		}
		out[i] = request.References[i]
		out[i].Content = &content
	}
	return out
}

// shares divides room among sizes: the small ones get what they need, and the others
// the same each of what is left.
func shares(sizes []int, room int) []int {
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sizes[a], sizes[b]) })
	given := make([]int, len(sizes))
	for rank, i := range order {
		given[i] = min(sizes[i], room/(len(order)-rank))
		room -= given[i]
	}
	return given
}

// tokensOf estimates the tokens of a text, of which each is about three and a half
// bytes; bytesOf is the way back.
func tokensOf(text string) int { return (2*len(text) + 6) / 7 }

func bytesOf(tokens int) int {
	const most = 1 << 30 // more than is ever read
	return min(tokens, most) * 7 / 2
}
