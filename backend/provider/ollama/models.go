package ollama

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// How long the list may take, and what is known of one model before a request.
const (
	listTime = 20 * time.Second
	showTime = 5 * time.Second
)

// tag is a model in Ollama's list.
type tag struct {
	Name   string `json:"name"`
	Model  string `json:"model"`
	Digest string `json:"digest"`
}

func (t tag) id() string { return cmp.Or(t.Name, t.Model) }

// about is what Ollama tells of one model.
type about struct {
	context                 int // 0 when not known
	told                    bool
	tools, vision, thinking bool
	talks                   bool // it holds conversations
}

// Models lists what Ollama has, those that can use tools first.
func (p *Provider) Models(ctx context.Context) ([]provider.Model, error) {
	bounded, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	tags, err := p.tags(bounded)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, slow(err)
	}
	known := make([]about, len(tags))
	var group sync.WaitGroup
	for i, t := range tags {
		group.Go(func() { known[i], _ = p.about(bounded, t) }) // without it the model is listed all the same
	}
	group.Wait()
	var models []provider.Model
	for i, t := range tags {
		k := known[i]
		if k.told && !k.talks {
			continue
		}
		models = append(models, provider.Model{
			ID: t.id(), Name: strings.TrimSuffix(t.id(), ":latest"), ContextTokens: p.contextOf(k),
			Images: k.vision, NoImages: k.told && !k.vision, NoTools: k.told && !k.tools,
		})
	}
	slices.SortStableFunc(models, func(a, b provider.Model) int {
		switch {
		case a.NoTools == b.NoTools:
			return 0
		case a.NoTools:
			return 1
		}
		return -1
	})
	return models, nil
}

func slow(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &provider.Error{Class: provider.ClassBounded, Message: "Ollama takes too long to list its models.", Hint: "Try again, or type a model's id.", Err: err}
	}
	return err
}

func (p *Provider) tags(ctx context.Context) ([]tag, error) {
	var answer struct {
		Models []tag `json:"models"`
	}
	err := p.client.JSON(ctx, p.service, endpoint.Call{Method: "GET", Path: "/api/tags"}, &answer)
	if err == nil && answer.Models == nil {
		return nil, &provider.Error{Class: provider.ClassBounded, Message: "Another program answers in the place of Ollama.", Hint: start}
	}
	return slices.DeleteFunc(answer.Models, func(t tag) bool { return t.id() == "" }), err
}

// about returns what Ollama tells of a model, asking once for each version.
func (p *Provider) about(ctx context.Context, t tag) (about, error) {
	key := t.id() + " " + t.Digest
	p.mu.Lock()
	k, ok := p.known[key]
	p.mu.Unlock()
	if ok {
		return k, nil
	}
	k, err := p.show(ctx, t.id())
	if err != nil {
		return about{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[key] = k
	p.known[t.id()+" "] = k // for requests, which know no digest
	return k, nil
}

func (p *Provider) show(ctx context.Context, model string) (about, error) {
	body, err := json.Marshal(map[string]string{"model": model})
	if err != nil {
		return about{}, err
	}
	var answer struct {
		Capabilities []string                   `json:"capabilities"`
		Info         map[string]json.RawMessage `json:"model_info"`
	}
	if err := p.client.JSON(ctx, p.service, endpoint.Call{Method: "POST", Path: "/api/show", Body: body, Model: model}, &answer); err != nil {
		return about{}, err
	}
	has := func(name string) bool { return slices.Contains(answer.Capabilities, name) }
	k := about{
		told: len(answer.Capabilities) > 0, talks: has("completion"),
		tools: has("tools"), vision: has("vision"), thinking: has("thinking"),
	}
	var family string
	_ = json.Unmarshal(answer.Info["general.architecture"], &family) // empty when it is not told
	if n, err := strconv.ParseFloat(string(answer.Info[family+".context_length"]), 64); err == nil && n > 0 && n < 1<<31 {
		k.context = int(n)
	}
	return k, nil
}

// contextOf is how much context a model gets.
func (p *Provider) contextOf(k about) int {
	most := p.options.Context()
	if most <= 0 {
		most = DefaultContext
	}
	if k.context > 0 {
		return min(k.context, most)
	}
	return most
}
