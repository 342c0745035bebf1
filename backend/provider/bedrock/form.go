package bedrock

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"

	"github.com/keel-ide/keel/backend/provider"
)

// form is how a model takes requests, as far as its refusals have taught it.
type form struct {
	noCache bool // no cache points
	whole   bool // no tools while streaming
	apart   bool // nothing beside tool calls and their results
}

// learn returns the form that a refusal asks for, or false when it is about
// something else, or about what the request did not hold.
func (f form) learn(err error, request provider.Request, points cachePoints) (form, bool) {
	refusal, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return f, false
	}
	message := strings.ToLower(refusal.ErrorMessage())
	switch {
	case points != (cachePoints{}) && refusesCachePoints(message):
		f.noCache = true
	case !f.whole && len(request.Tools) > 0 && strings.Contains(message, "tool") && strings.Contains(message, "streaming mode"):
		f.whole = true
	case !f.apart && strings.Contains(message, "cannot be provided in the same turn"):
		f.apart = true
	default:
		return f, false
	}
	return f, true
}

// refusesCachePoints reports whether a refusal, in lower case, is about cache
// points. Bedrock names them in several ways, in several kinds of error.
func refusesCachePoints(message string) bool {
	for _, words := range []string{"cachepoint", "cache point", "cache_control", "prompt caching"} {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}

// form returns what is known of a model.
func (p *Provider) form(model string) form {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forms[model]
}

// learn adds to what is known of a model; nothing is unlearnt.
func (p *Provider) learn(model string, f form) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.forms[model]
	p.forms[model] = form{noCache: known.noCache || f.noCache, whole: known.whole || f.whole, apart: known.apart || f.apart}
}

// apart moves what the user sent along with tool results into the last of
// them, and leaves out what the model said beside its calls: some models refuse
// both ("Conversation blocks and tool result blocks cannot be provided in the
// same turn").
func apart(content []types.ContentBlock) []types.ContentBlock {
	var kept []types.ContentBlock
	var result *types.ContentBlockMemberToolResult
	var moved []types.ToolResultContentBlock
	calls := false
	for _, block := range content {
		switch b := block.(type) {
		case *types.ContentBlockMemberToolResult:
			result, kept = b, append(kept, b)
		case *types.ContentBlockMemberToolUse:
			calls, kept = true, append(kept, b)
		case *types.ContentBlockMemberText:
			moved = append(moved, &types.ToolResultContentBlockMemberText{Value: b.Value})
		case *types.ContentBlockMemberImage:
			moved = append(moved, &types.ToolResultContentBlockMemberImage{Value: b.Value})
		default:
			kept = append(kept, b)
		}
	}
	switch {
	case result != nil:
		result.Value.Content = append(result.Value.Content, moved...)
	case !calls:
		return content
	}
	return kept
}
