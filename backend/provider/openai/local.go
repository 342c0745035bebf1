package openai

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// Ids of the presets.
const (
	LMStudioID     = "lmstudio"
	LlamaCppID     = "llamacpp"
	VLLMID         = "vllm"
	GitHubModelsID = "github-models"
)

// LMStudio returns the preset for LM Studio on this machine.
func LMStudio(options Options) *Provider {
	return newProvider(options.withDefaults(LMStudioID, "LM Studio", "http://127.0.0.1:1234/v1"), kind{
		start: "Start LM Studio, load a model, and switch its server on under Developer.",
		load:  "Load a model in LM Studio first; the agent needs one that can use tools.",
		list:  listLMStudio,
	})
}

// LlamaCpp returns the preset for llama.cpp's server on this machine.
func LlamaCpp(options Options) *Provider {
	return newProvider(options.withDefaults(LlamaCppID, "llama.cpp", "http://127.0.0.1:8080/v1"), kind{
		start: "Start it with \"llama-server --jinja -m model.gguf\".",
		load:  "Start it with a model: \"llama-server --jinja -m model.gguf\".",
		list:  listLlamaCpp,
	})
}

// VLLM returns the preset for vLLM on this machine.
func VLLM(options Options) *Provider {
	return newProvider(options.withDefaults(VLLMID, "vLLM", "http://127.0.0.1:8000/v1"), kind{
		start: "Start it with \"vllm serve MODEL --enable-auto-tool-choice --tool-call-parser PARSER\".",
		load:  "Start it with a model: \"vllm serve MODEL\".",
		list:  listVLLM,
	})
}

// errOther says that what answers is some other program.
var errOther = errors.New("another program answers there")

// look is what was seen of a server on this machine.
type look struct {
	running bool
	models  int
	problem *provider.Error // it runs and does not list models; nil when it does
}

// look asks for the list of models, by which the server is also recognised. A
// server that was there and is too busy to answer in time is still there.
func (p *Provider) look(ctx context.Context) look {
	key, err := p.key(ctx)
	var models []provider.Model
	if err == nil {
		models, err = p.kind.list(ctx, p, key)
	}
	if kept, again := p.askedForKey(ctx, err); again {
		models, err = p.kind.list(ctx, p, kept)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		return p.last
	}
	p.last = look{running: err == nil, models: len(models)}
	if problem, ok := errors.AsType[*provider.Error](err); ok && problem.Class == provider.ClassAuth {
		p.last = look{running: true, problem: problem}
	}
	return p.last
}

// localInfo says whether a server on this machine runs and has a model.
func (p *Provider) localInfo(ctx context.Context, info provider.Info) provider.Info {
	if !info.Local {
		info.Hint = p.kind.start
		return info
	}
	seen := p.probe.See(ctx)
	switch {
	case !seen.running:
		info.Hint = p.kind.start
	case seen.problem != nil:
		info.Hint = seen.problem.Message + " " + seen.problem.Hint
	case seen.models == 0:
		info.Hint = p.kind.load
	default:
		info.Ready = true
	}
	if info.NeedsKey = p.wantsKey(); info.NeedsKey {
		info.HasKey = p.options.HasKey(ctx)
	}
	return info
}

// Recheck makes the next Info look at this machine again.
func (p *Provider) Recheck() { p.probe.Forget() }

// notThere is the error of a preset where another program answers.
func (p *Provider) notThere() error {
	return &provider.Error{
		Class:   provider.ClassBounded,
		Message: fmt.Sprintf("%s is not running at %s; another program answers there.", p.options.Name, p.root()),
		Hint:    p.kind.start, Err: errOther,
	}
}

// listLMStudio uses LM Studio's own list, which knows what is loaded and with
// how much context. What is not loaded yet gets the context of its settings,
// which is not known.
func listLMStudio(ctx context.Context, p *Provider, key string) ([]provider.Model, error) {
	var answer struct {
		Data []struct {
			ID     string `json:"id"`
			Type   string `json:"type"`
			State  string `json:"state"`
			Loaded count  `json:"loaded_context_length"`
		} `json:"data"`
	}
	if err := p.get(ctx, p.root()+"/api/v0/models", key, &answer); err != nil {
		return nil, p.unless(err)
	}
	if answer.Data == nil {
		return nil, p.notThere()
	}
	var loaded, others []provider.Model
	for _, m := range answer.Data {
		if m.Type == "" || m.State == "" {
			return nil, p.notThere()
		}
		if m.ID == "" || m.Type == "embeddings" {
			continue
		}
		model := provider.Model{ID: m.ID, Name: m.ID, ContextTokens: int(m.Loaded), Images: m.Type == "vlm", NoImages: m.Type == "llm"}
		if m.State == "loaded" {
			loaded = append(loaded, model)
		} else {
			others = append(others, model)
		}
	}
	return append(loaded, others...), nil
}

// unless says that another program answers, where an error shows it.
func (p *Provider) unless(err error) error {
	refusal, ok := errors.AsType[*endpoint.Refusal](err)
	if ok && (refusal.Status == 404 || refusal.Status == 405 || refusal.Page) {
		return p.notThere()
	}
	return err
}

// listLlamaCpp recognises llama.cpp by the owner of its models, or by its
// properties, which say how much context a conversation has.
func listLlamaCpp(ctx context.Context, p *Provider, key string) ([]provider.Model, error) {
	entries, err := p.entries(ctx, key)
	if err != nil {
		return nil, p.unless(err)
	}
	var properties struct {
		Generation struct {
			Context count `json:"n_ctx"`
		} `json:"default_generation_settings"`
		Modalities struct {
			Vision bool `json:"vision"`
		} `json:"modalities"`
	}
	err = p.get(ctx, p.root()+"/props", key, &properties)
	owned := slices.ContainsFunc(entries, func(e entry) bool { return strings.HasPrefix(strings.ToLower(e.OwnedBy), "llama") })
	if !owned && (err != nil || properties.Generation.Context == 0) {
		return nil, p.notThere()
	}
	var models []provider.Model
	for _, e := range entries {
		name := e.ID[strings.LastIndexAny(e.ID, `/\`)+1:] // often the path of the file
		models = append(models, provider.Model{
			ID: e.ID, Name: strings.TrimSuffix(name, ".gguf"),
			ContextTokens: int(properties.Generation.Context), Images: properties.Modalities.Vision,
		})
	}
	return models, nil
}

// listVLLM recognises vLLM by the owner of its models, or, where it wants a key
// for those, by its version.
func listVLLM(ctx context.Context, p *Provider, key string) ([]provider.Model, error) {
	entries, err := p.entries(ctx, key)
	if provider.ClassOf(err) == provider.ClassAuth {
		var answer struct {
			Version string `json:"version"`
		}
		if p.get(ctx, p.root()+"/version", key, &answer) != nil || answer.Version == "" {
			return nil, p.notThere()
		}
		return nil, err
	}
	if err != nil {
		return nil, p.unless(err)
	}
	var models []provider.Model
	for _, e := range entries {
		if e.OwnedBy == "vllm" {
			models = append(models, e.model())
		}
	}
	if len(models) == 0 {
		return nil, p.notThere()
	}
	return models, nil
}
