package bedrock

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// cachePoints says after which parts of a request a model takes cache points.
type cachePoints struct {
	tools, system, messages bool
}

// cachePointsOf returns where the model's family takes cache points, as in
// Bedrock's "Prompt caching for faster model inference". Older members of a
// family refuse them, which is remembered.
func cachePointsOf(model string) cachePoints {
	switch {
	case strings.Contains(model, "anthropic.claude"):
		return cachePoints{tools: true, system: true, messages: true}
	case strings.Contains(model, "amazon.nova"):
		return cachePoints{system: true, messages: true}
	}
	return cachePoints{}
}

// addTo puts the points last: after the tools, the system prompt and the last
// message of the user.
func (p cachePoints) addTo(c *converse) {
	point := types.CachePointBlock{Type: types.CachePointTypeDefault}
	if p.tools && c.tools != nil {
		c.tools.Tools = append(c.tools.Tools, &types.ToolMemberCachePoint{Value: point})
	}
	if p.system && len(c.system) > 0 {
		c.system = append(c.system, &types.SystemContentBlockMemberCachePoint{Value: point})
	}
	if !p.messages {
		return
	}
	for i := len(c.messages) - 1; i >= 0; i-- {
		if m := &c.messages[i]; m.Role == types.ConversationRoleUser {
			m.Content = append(m.Content, &types.ContentBlockMemberCachePoint{Value: point})
			return
		}
	}
}
