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
	lists, region, err := p.lists(bounded)
	models := merge(typed, lists)
	switch {
	case err == nil:
		return models, nil
	case ctx.Err() != nil:
		return models, ctx.Err()
	}
	explained := explain(err, subject{region: region})
	if explained.Class == provider.ClassAuth {
		p.forget()
	}
	return models, explained
}

// lists is what Bedrock says it serves.
type lists struct {
	foundation []types.FoundationModelSummary
	profiles   []types.InferenceProfileSummary
}

// lists asks for both lists at once, and returns what came with the first
// error.
func (p *Provider) lists(ctx context.Context) (lists, string, error) {
	c, err := p.connect(ctx)
	if err != nil {
		return lists{}, "", err
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
	return found, c.config.Region, cmp.Or(foundationErr, profilesErr)
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
	names := make(map[string]string)
	for _, m := range listed {
		names[m.ID] = m.Name
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
		add(provider.Model{ID: id, Name: cmp.Or(names[id], id), ContextTokens: contextTokens(id)})
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
			models = append(models, provider.Model{ID: id, Name: foundationName(m), ContextTokens: contextTokens(id)})
		}
	}
	return byName(models)
}

// profileModels leaves out profiles of models known not to stream text. A
// profile may stand for models of other regions, which are not known here.
func profileModels(found lists) []provider.Model {
	foundation := make(map[string]types.FoundationModelSummary)
	for _, m := range found.foundation {
		foundation[aws.ToString(m.ModelId)] = m
	}
	var models []provider.Model
	for _, profile := range found.profiles {
		if profile.Status != types.InferenceProfileStatusActive {
			continue
		}
		served := ""
		if len(profile.Models) > 0 {
			arn := aws.ToString(profile.Models[0].ModelArn)
			served = arn[strings.LastIndex(arn, "/")+1:]
		}
		if m, known := foundation[served]; known && !streamsText(m) {
			continue
		}
		// The id of an account's own profile is no model id; its ARN is.
		id := aws.ToString(profile.InferenceProfileId)
		if profile.Type == types.InferenceProfileTypeApplication {
			id = aws.ToString(profile.InferenceProfileArn)
		}
		models = append(models, provider.Model{
			ID: id, Name: cmp.Or(aws.ToString(profile.InferenceProfileName), id), ContextTokens: contextTokens(served),
		})
	}
	return byName(models)
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

// contextTokens is how much a model's family takes in, as far as it is the
// same in all its members served today; Bedrock's lists do not say it.
func contextTokens(model string) int {
	for _, family := range []struct {
		name   string
		tokens int
	}{
		{"anthropic.claude", 200_000},
		{"amazon.nova-micro", 128_000},
		{"amazon.nova-lite", 300_000},
		{"amazon.nova-pro", 300_000},
		{"amazon.nova-premier", 1_000_000},
		{"openai.gpt-oss", 128_000},
		{"deepseek.r1", 128_000},
	} {
		if strings.Contains(model, family.name) {
			return family.tokens
		}
	}
	return 0
}
