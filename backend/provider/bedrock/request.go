package bedrock

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/keel-ide/keel/backend/provider"
)

// converse is the part of a request that ConverseStream and Converse share.
type converse struct {
	model     string
	messages  []types.Message
	system    []types.SystemContentBlock
	tools     *types.ToolConfiguration
	inference *types.InferenceConfiguration
}

// newConverse translates a request into the model's form, with cache points
// where points allows. An error names the part that is not JSON, or is a
// [*provider.Error] about a picture.
func newConverse(request provider.Request, form form, points cachePoints) (converse, error) {
	c := converse{model: request.Model}
	for _, message := range request.Messages {
		content, err := contentBlocks(message.Blocks)
		if err != nil {
			return converse{}, err
		}
		if form.apart {
			content = apart(content)
		}
		if len(content) == 0 {
			continue
		}
		c.messages = append(c.messages, types.Message{
			Role:    types.ConversationRole(message.Role),
			Content: content,
		})
	}
	if strings.TrimSpace(request.System) != "" {
		c.system = []types.SystemContentBlock{&types.SystemContentBlockMemberText{Value: request.System}}
	}
	var err error
	if c.tools, err = toolConfiguration(request.Tools); err != nil {
		return converse{}, err
	}
	if request.MaxTokens > 0 {
		c.inference = &types.InferenceConfiguration{
			MaxTokens: aws.Int32(int32(min(request.MaxTokens, math.MaxInt32))),
		}
	}
	points.addTo(&c)
	return c, nil
}

func (c converse) stream() *bedrockruntime.ConverseStreamInput {
	return &bedrockruntime.ConverseStreamInput{
		ModelId: &c.model, Messages: c.messages, System: c.system, ToolConfig: c.tools, InferenceConfig: c.inference,
	}
}

func (c converse) whole() *bedrockruntime.ConverseInput {
	return &bedrockruntime.ConverseInput{
		ModelId: &c.model, Messages: c.messages, System: c.system, ToolConfig: c.tools, InferenceConfig: c.inference,
	}
}

func toolConfiguration(specs []provider.ToolSpec) (*types.ToolConfiguration, error) {
	if len(specs) == 0 {
		return nil, nil
	}
	tools := &types.ToolConfiguration{}
	for _, spec := range specs {
		schema, err := newDocument(spec.Schema)
		if err != nil {
			return nil, fmt.Errorf("schema of tool %q: %w", spec.Name, err)
		}
		specification := types.ToolSpecification{
			Name:        aws.String(spec.Name),
			InputSchema: &types.ToolInputSchemaMemberJson{Value: schema},
		}
		// An empty description is refused; none is not.
		if spec.Description != "" {
			specification.Description = aws.String(spec.Description)
		}
		tools.Tools = append(tools.Tools, &types.ToolMemberToolSpec{Value: specification})
	}
	return tools, nil
}

// contentBlocks translates blocks, leaving out blank text, which Bedrock
// refuses. Tool results come first: models want their answers right after the
// calls, and pictures and words after those.
func contentBlocks(blocks []provider.Block) ([]types.ContentBlock, error) {
	var content []types.ContentBlock
	for _, block := range blocks {
		switch block.Kind {
		case provider.BlockText:
			if strings.TrimSpace(block.Text) != "" {
				content = append(content, &types.ContentBlockMemberText{Value: block.Text})
			}
		case provider.BlockReasoning:
			if block.Reasoning != nil {
				content = append(content, reasoningBlocks(*block.Reasoning)...)
			}
		case provider.BlockToolCall:
			if block.ToolCall == nil {
				continue
			}
			input, err := newDocument(block.ToolCall.Arguments)
			if err != nil {
				return nil, fmt.Errorf("arguments of tool call %q: %w", block.ToolCall.ID, err)
			}
			content = append(content, &types.ContentBlockMemberToolUse{Value: types.ToolUseBlock{
				ToolUseId: aws.String(block.ToolCall.ID),
				Name:      aws.String(block.ToolCall.Name),
				Input:     input,
			}})
		case provider.BlockToolResult:
			if block.ToolResult != nil {
				content = append(content, toolResult(*block.ToolResult))
			}
		case provider.BlockImage:
			if block.Image == nil {
				continue
			}
			image, err := imageBlock(*block.Image)
			if err != nil {
				return nil, err
			}
			content = append(content, &types.ContentBlockMemberImage{Value: image})
		}
	}
	slices.SortStableFunc(content, func(a, b types.ContentBlock) int { return rank(a) - rank(b) })
	return content, nil
}

func rank(block types.ContentBlock) int {
	if _, ok := block.(*types.ContentBlockMemberToolResult); ok {
		return 0
	}
	return 1
}

// reasoningBlocks returns reasoning as it came: redacted content, text, or
// both. A signature may stand over an empty text. Text without one is left out:
// it is of a reply that was cut, or of a model that takes none back.
func reasoningBlocks(reasoning provider.Reasoning) []types.ContentBlock {
	var content []types.ContentBlock
	if reasoning.Signature != "" {
		text := types.ReasoningTextBlock{Text: aws.String(reasoning.Text), Signature: aws.String(reasoning.Signature)}
		content = append(content, &types.ContentBlockMemberReasoningContent{
			Value: &types.ReasoningContentBlockMemberReasoningText{Value: text},
		})
	}
	if len(reasoning.Redacted) > 0 {
		content = append(content, &types.ContentBlockMemberReasoningContent{
			Value: &types.ReasoningContentBlockMemberRedactedContent{Value: reasoning.Redacted},
		})
	}
	return content
}

// toolResult translates a result. The status is sent only for an error: not
// every model family takes it, and success is what its absence means.
func toolResult(result provider.ToolResult) types.ContentBlock {
	text := result.Content
	if strings.TrimSpace(text) == "" {
		text = "(empty)" // blank text is refused here too
	}
	block := types.ToolResultBlock{
		ToolUseId: aws.String(result.ID),
		Content:   []types.ToolResultContentBlock{&types.ToolResultContentBlockMemberText{Value: text}},
	}
	if result.IsError {
		block.Status = types.ToolResultStatusError
	}
	return &types.ContentBlockMemberToolResult{Value: block}
}
