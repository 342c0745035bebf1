package bedrock

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"

	"github.com/keel-ide/keel/backend/provider"
)

// profileTime bounds the search for a model's inference profile.
const profileTime = 5 * time.Second

// needsProfile reports whether a refusal says that a model is only served
// through an inference profile.
func needsProfile(message string) bool {
	return strings.Contains(strings.ToLower(message), "on-demand throughput")
}

func explainProfile(about subject) *provider.Error {
	e := fault(provider.ClassValidation, fmt.Sprintf("The model %q is only served through an inference profile.", about.model),
		fmt.Sprintf("Choose the profile %q instead.", about.profile))
	if about.profile == "" {
		e.Hint = fmt.Sprintf("Choose the profile from the list of models, or type its id, such as %q.", parts(about.region)[0]+about.model)
	}
	return e
}

// findProfile asks for a profile of the model: one of the region's part of the
// world first, then the global one. It returns nothing when there is none, or
// when the list cannot be had.
func findProfile(ctx context.Context, c connection, model string) string {
	bounded, cancel := context.WithTimeout(ctx, profileTime)
	defer cancel()
	found, _ := listProfiles(bounded, c.control()) // what came before an error serves
	var ids []string
	for _, profile := range found {
		if profile.Type == types.InferenceProfileTypeSystemDefined && profile.Status == types.InferenceProfileStatusActive && serves(profile, model) {
			ids = append(ids, aws.ToString(profile.InferenceProfileId))
		}
	}
	for _, part := range append(parts(c.config.Region), "global.") {
		if slices.Contains(ids, part+model) {
			return part + model
		}
	}
	if len(ids) > 0 {
		return ids[0]
	}
	return ""
}

func serves(profile types.InferenceProfileSummary, model string) bool {
	return slices.ContainsFunc(profile.Models, func(m types.InferenceProfileModel) bool {
		return servedID(aws.ToString(m.ModelArn)) == model
	})
}

// servedID is the id of a model at the end of its ARN.
func servedID(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// parts returns the abbreviations of the parts of the world that a region is
// in, as inference profiles begin with them, the widest first.
func parts(region string) []string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return []string{"us-gov."}
	case strings.HasPrefix(region, "us-"), strings.HasPrefix(region, "ca-"):
		return []string{"us."}
	case strings.HasPrefix(region, "eu-"):
		return []string{"eu."}
	case region == "ap-northeast-1", region == "ap-northeast-3":
		return []string{"apac.", "jp."}
	case region == "ap-southeast-2", region == "ap-southeast-4":
		return []string{"apac.", "au."}
	case strings.HasPrefix(region, "ap-"):
		return []string{"apac."}
	}
	return []string{"global."}
}
