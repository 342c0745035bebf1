package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// listTime bounds how long the list of models may take.
const listTime = 20 * time.Second

// Models returns what the service lists, those that can use tools first. The
// ids that were typed in come instead where it lists none, also with the error
// that it gave: show both.
func (p *Provider) Models(ctx context.Context) ([]provider.Model, error) {
	// A service that cannot be used is not asked anything.
	if info := p.Info(ctx); !info.Ready {
		return p.typed(), &provider.Error{Class: provider.ClassAuth, Message: info.Name + " is not ready.", Hint: info.Hint}
	}
	key, err := p.key(ctx)
	if err != nil {
		return p.typed(), err
	}
	bounded, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	models, err := p.list(bounded, key)
	if ctx.Err() != nil {
		return p.typed(), ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = &provider.Error{Class: provider.ClassBounded, Message: p.options.Name + " takes too long to list its models.", Hint: "Try again, or type a model's id.", Err: err}
	}
	if len(models) == 0 {
		return p.typed(), err
	}
	slices.SortStableFunc(models, func(a, b provider.Model) int { return cmp.Compare(boolean(a.NoTools), boolean(b.NoTools)) })
	return models, err
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *Provider) typed() []provider.Model {
	var models []provider.Model
	for _, id := range p.options.Models() {
		if id = strings.TrimSpace(id); id != "" {
			models = append(models, provider.Model{ID: id, Name: id})
		}
	}
	return models
}

func (p *Provider) list(ctx context.Context, key string) ([]provider.Model, error) {
	if p.kind.list != nil {
		return p.kind.list(ctx, p, key)
	}
	entries, err := p.entries(ctx, key)
	if err != nil {
		return nil, err
	}
	var models []provider.Model
	for _, e := range entries {
		if e.talks() {
			models = append(models, e.model())
		}
	}
	slices.SortStableFunc(models, func(a, b provider.Model) int { return strings.Compare(a.ID, b.ID) })
	return models, nil
}

// entry is a model in a list, with what some services add to OpenAI's fields.
type entry struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	OwnedBy       string `json:"owned_by"`
	ContextLength count  `json:"context_length"` // OpenRouter, Together
	ContextWindow count  `json:"context_window"` // Groq
	MaxModelLen   count  `json:"max_model_len"`  // vLLM
	Architecture  struct {
		Inputs []string `json:"input_modalities"`
	} `json:"architecture"`
	Parameters []string `json:"supported_parameters"` // OpenRouter
}

func (e entry) model() provider.Model {
	return provider.Model{
		ID: e.ID, Name: cmp.Or(e.Name, e.ID),
		ContextTokens: int(cmp.Or(e.ContextLength, e.ContextWindow, e.MaxModelLen)),
		Images:        slices.Contains(e.Architecture.Inputs, "image"),
		NoImages:      len(e.Architecture.Inputs) > 0 && !slices.Contains(e.Architecture.Inputs, "image"),
		NoTools:       len(e.Parameters) > 0 && !slices.Contains(e.Parameters, "tools"),
	}
}

// talks leaves out models that are known, by their names, to hold no
// conversation.
func (e entry) talks() bool {
	if e.ID == "" {
		return false
	}
	id := strings.ToLower(e.ID)
	return !slices.ContainsFunc([]string{
		"embed", "whisper", "tts", "dall-e", "moderation", "transcribe", "realtime", "gpt-image", "davinci-002", "babbage-002", "sora-", "rerank",
	}, func(part string) bool { return strings.Contains(id, part) })
}

// entries asks for OpenAI's list: {"data":[…]}, or only the list.
func (p *Provider) entries(ctx context.Context, key string) ([]entry, error) {
	var answer json.RawMessage
	if err := p.get(ctx, p.service.Base+"/models", key, &answer); err != nil {
		return nil, err
	}
	var list struct{ Data []entry }
	if json.Unmarshal(answer, &list.Data) == nil {
		return list.Data, nil
	}
	var odd *json.UnmarshalTypeError
	if err := json.Unmarshal(answer, &list); err != nil && !errors.As(err, &odd) {
		return nil, err
	}
	return list.Data, nil
}

// get asks for JSON at a whole address of the same service.
func (p *Provider) get(ctx context.Context, address, key string, value any) error {
	service := p.service
	service.Base = address
	return p.client.JSON(ctx, service, endpoint.Call{Method: "GET", Key: key, Header: map[string][]string{"Accept": {"application/json"}}}, value)
}

// root is the address without OpenAI's part of the path.
func (p *Provider) root() string { return strings.TrimSuffix(p.service.Base, "/v1") }
