package bedrock

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"github.com/keel-ide/keel/backend/provider"
)

// listTime bounds how long the list of models may take.
const listTime = 20 * time.Second

// Models returns the ids typed into the settings, the inference profiles and
// the models served on demand, in this order, each id once. Only models that
// stream text are listed.
//
// The typed-in ids come also with an error, and so does what one of the lists
// gave when the other could not be had: show both.
func (p *Provider) Models(ctx context.Context) ([]provider.Model, error) {
	typed := p.options.Settings().Models
	bounded, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	lists, c, err := p.lists(bounded)
	if p.renew(c, err) {
		lists, c, err = p.lists(bounded)
	}
	models := merge(typed, lists)
	p.note(lists)
	switch {
	case err == nil:
		return models, nil
	case ctx.Err() != nil:
		return models, ctx.Err()
	}
	explained := explain(err, subject{region: c.config.Region})
	if explained.Class == provider.ClassAuth {
		p.forget()
	}
	return models, ofAccount(c.account, explained)
}

// lists is what Bedrock says it serves.
type lists struct {
	foundation []types.FoundationModelSummary
	profiles   []types.InferenceProfileSummary
}

// lists asks for both lists at once, and returns what came with the first
// error.
func (p *Provider) lists(ctx context.Context) (lists, connection, error) {
	c, err := p.connect(ctx)
	if err != nil {
		return lists{}, connection{}, err
	}
	var found lists
	var foundationErr, profilesErr error
	var group sync.WaitGroup
	group.Go(func() {
		var output *bedrock.ListFoundationModelsOutput
		if output, foundationErr = c.control().ListFoundationModels(ctx, nil); foundationErr == nil {
			found.foundation = output.ModelSummaries
		}
	})
	group.Go(func() { found.profiles, profilesErr = listProfiles(ctx, c.control()) })
	group.Wait()
	return found, c, cmp.Or(foundationErr, profilesErr)
}

// listProfiles returns AWS's own profiles, then the account's.
func listProfiles(ctx context.Context, client *bedrock.Client) ([]types.InferenceProfileSummary, error) {
	var profiles []types.InferenceProfileSummary
	for _, kind := range []types.InferenceProfileType{types.InferenceProfileTypeSystemDefined, types.InferenceProfileTypeApplication} {
		pages := bedrock.NewListInferenceProfilesPaginator(client, &bedrock.ListInferenceProfilesInput{TypeEquals: kind})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return profiles, err
			}
			profiles = append(profiles, page.InferenceProfileSummaries...)
		}
	}
	return profiles, nil
}

// merge makes one list of models, each id once, named where a name is known.
func merge(typed []string, found lists) []provider.Model {
	listed := append(profileModels(found), onDemandModels(found)...)
	known := make(map[string]provider.Model)
	for _, m := range listed {
		known[m.ID] = m
	}
	var models []provider.Model
	seen := make(map[string]bool)
	add := func(m provider.Model) {
		if m.ID != "" && !seen[m.ID] {
			seen[m.ID] = true
			models = append(models, m)
		}
	}
	for _, id := range typed {
		id = strings.TrimSpace(id)
		if m, ok := known[id]; ok {
			add(m)
			continue
		}
		add(newModel(id, id, id))
	}
	for _, m := range listed {
		add(m)
	}
	return models
}

func onDemandModels(found lists) []provider.Model {
	var models []provider.Model
	for _, m := range found.foundation {
		if streamsText(m) && slices.Contains(m.InferenceTypesSupported, types.InferenceTypeOnDemand) {
			id := aws.ToString(m.ModelId)
			model := newModel(id, foundationName(m), id)
			model.Images, model.NoImages = seesImages(m), !seesImages(m)
			models = append(models, model)
		}
	}
	return byName(models)
}

// profileModels leaves out profiles of models known not to stream text. A
// profile may stand for models of other regions, which are not known here.
func profileModels(found lists) []provider.Model {
	foundation := foundationModels(found)
	var models []provider.Model
	for _, profile := range found.profiles {
		if profile.Status != types.InferenceProfileStatusActive {
			continue
		}
		served := ""
		if len(profile.Models) > 0 {
			served = servedID(aws.ToString(profile.Models[0].ModelArn))
		}
		listed, known := foundation[served]
		if known && !streamsText(listed) {
			continue
		}
		id := profileModelID(profile)
		model := newModel(id, cmp.Or(aws.ToString(profile.InferenceProfileName), id), served)
		if known {
			model.Images, model.NoImages = seesImages(listed), !seesImages(listed)
		}
		models = append(models, model)
	}
	return byName(models)
}

// profileModelID is what a profile's model is asked for by. The id of an
// account's own profile is no model id; its ARN is.
func profileModelID(profile types.InferenceProfileSummary) string {
	if profile.Type == types.InferenceProfileTypeApplication {
		return aws.ToString(profile.InferenceProfileArn)
	}
	return aws.ToString(profile.InferenceProfileId)
}

func foundationModels(found lists) map[string]types.FoundationModelSummary {
	models := make(map[string]types.FoundationModelSummary)
	for _, m := range found.foundation {
		models[aws.ToString(m.ModelId)] = m
	}
	return models
}

// served is the foundation model behind an id.
type served struct {
	id    string
	blind bool // it takes no pictures; false when not known
}

// note remembers which model is behind each id that was listed.
func (p *Provider) note(found lists) {
	p.mu.Lock()
	defer p.mu.Unlock()
	foundation := foundationModels(found)
	for id, m := range foundation {
		p.listed[id] = served{id: id, blind: !seesImages(m)}
	}
	for _, profile := range found.profiles {
		if len(profile.Models) == 0 {
			continue
		}
		id := servedID(aws.ToString(profile.Models[0].ModelArn))
		m, known := foundation[id]
		p.listed[profileModelID(profile)] = served{id: id, blind: known && !seesImages(m)}
	}
}

// served returns the model behind an id, which is the id itself where the
// lists do not say: most profiles' ids hold their model's.
func (p *Provider) served(id string) served {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.listed[id]; ok {
		return s
	}
	return served{id: id}
}

func seesImages(m types.FoundationModelSummary) bool {
	return slices.Contains(m.InputModalities, types.ModelModalityImage)
}

func streamsText(m types.FoundationModelSummary) bool {
	return slices.Contains(m.InputModalities, types.ModelModalityText) &&
		slices.Contains(m.OutputModalities, types.ModelModalityText) &&
		(m.ResponseStreamingSupported == nil || *m.ResponseStreamingSupported)
}

func foundationName(m types.FoundationModelSummary) string {
	maker, name := aws.ToString(m.ProviderName), cmp.Or(aws.ToString(m.ModelName), aws.ToString(m.ModelId))
	if maker == "" || strings.HasPrefix(name, maker) {
		return name
	}
	return maker + " " + name
}

func byName(models []provider.Model) []provider.Model {
	slices.SortStableFunc(models, func(a, b provider.Model) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return models
}
