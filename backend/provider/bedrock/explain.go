package bedrock

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// subject is what a request was about, for the sentences about its failure.
type subject struct {
	model   string // empty for the lists of models
	region  string
	profile string // an inference profile of the model; empty when not known
}

// fault makes an error of a class, a sentence and a hint, without its cause.
func fault(class provider.Class, message, hint string) *provider.Error {
	return &provider.Error{Class: class, Message: message, Hint: hint}
}

// explain says what an error of the SDK means. It always returns an error.
func explain(err error, about subject) *provider.Error {
	if known, ok := errors.AsType[*provider.Error](err); ok {
		return known
	}
	explained := explainAny(err, about)
	explained.Err = err
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok && response.Response != nil {
		explained.RetryAfter = retryAfter(response.Response.Header, time.Now())
	}
	return explained
}

// explainStream says what an error in mid-stream means: one that Bedrock sent
// is what it says, anything else cut the reply.
func explainStream(err error, about subject) *provider.Error {
	if service, ok := errors.AsType[smithy.APIError](err); ok {
		if explained := explainCode(service.ErrorCode(), service.ErrorMessage(), about); explained != nil {
			explained.Err = err
			return explained
		}
	}
	return &provider.Error{
		Class:   provider.ClassInterrupted,
		Message: "The reply from Amazon Bedrock was cut before its end.",
		Hint:    "Nothing of it was run. Check the network if it happens again.",
		Err:     err,
	}
}

func explainAny(err error, about subject) *provider.Error {
	if service, ok := errors.AsType[smithy.APIError](err); ok {
		if explained := explainCode(service.ErrorCode(), service.ErrorMessage(), about); explained != nil {
			return explained
		}
	}
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok && response.HTTPStatusCode() != 0 {
		return explainStatus(response.HTTPStatusCode(), about)
	}
	return explainNetwork(err, about)
}

// explainCode goes by Bedrock's error codes, listed in "Troubleshooting Amazon
// Bedrock API Error Codes" and "Common errors". It returns nil for others.
func explainCode(code, message string, about subject) *provider.Error {
	// Frames name exceptions in camel case that are types in Pascal case.
	switch strings.ToLower(strings.TrimSuffix(code, "Exception")) {
	case "throttling", "toomanyrequests", "requestlimitexceeded":
		return explainThrottling(message)
	case "servicequotaexceeded":
		return fault(provider.ClassQuota, "Your AWS account has used up its quota for this model.",
			"Choose another model, or ask for more under Service Quotas in the AWS console.")
	case "accessdenied", "optinrequired":
		return explainAccess(message, about)
	case "expiredtoken", "requestexpired":
		return fault(provider.ClassAuth, "Your AWS sign-in has expired.",
			"Sign in again, for example with \"aws sso login\"; the turn then goes on.")
	case "unrecognizedclient", "invalidclienttokenid", "invalidaccesskeyid", "authfailure", "notauthorized", "missingauthenticationtoken", "unauthorized":
		return fault(provider.ClassAuth, "AWS does not know these credentials.",
			"Check the profile or the access key, or sign in again, for example with \"aws sso login\".")
	case "invalidsignature", "signaturedoesnotmatch", "incompletesignature":
		return fault(provider.ClassAuth, "AWS did not accept the signature of the request.",
			"Check the secret access key, and that this computer's clock is right.")
	case "resourcenotfound":
		return explainNotFound(message, about)
	case "validation":
		return explainValidation(message, about)
	case "modelnotready":
		return fault(provider.ClassBounded, "The model is being started.", "Keel tries again; it may take some minutes.")
	case "modeltimeout":
		return fault(provider.ClassBounded, "The model took too long to answer.", "Keel tries again; a shorter request may help.")
	case "modelerror", "modelstreamerror":
		return fault(provider.ClassBounded, "The model failed while it answered.", "Keel tries again; choose another model if it goes on.")
	case "internalserver", "internalfailure", "conflict":
		return fault(provider.ClassBounded, "Amazon Bedrock had an error of its own.", "Keel tries again; see health.aws.amazon.com if it goes on.")
	case "serviceunavailable":
		return fault(provider.ClassThrottle, "Amazon Bedrock is not available at the moment.", "Keel waits and tries again; another region may serve meanwhile.")
	}
	return nil
}

// explainThrottling tells being asked too fast from a day's tokens used up,
// which waiting for a minute does not cure.
func explainThrottling(message string) *provider.Error {
	if strings.Contains(strings.ToLower(message), "per day") {
		return fault(provider.ClassQuota, "Your AWS account has used up this model's tokens for today.",
			"Choose another model, or ask for more under Service Quotas in the AWS console.")
	}
	return fault(provider.ClassThrottle, "Amazon Bedrock gets more requests than your account allows.", "Keel waits and tries again.")
}

func explainAccess(message string, about subject) *provider.Error {
	lower := strings.ToLower(message)
	switch {
	case strings.Contains(lower, "api key") || strings.Contains(lower, "bearer token") || strings.Contains(lower, "authentication failed"):
		return fault(provider.ClassAuth, "Amazon Bedrock did not accept the API key.",
			"Enter a new Bedrock API key, or choose an AWS profile in the setting keelAgent.bedrock.profile.")
	case about.model == "":
		return fault(provider.ClassAccess, "Your AWS sign-in may not list the models of Amazon Bedrock.",
			"Allow bedrock:ListFoundationModels and bedrock:ListInferenceProfiles, or type a model id into the setting keelAgent.bedrock.models.")
	case strings.Contains(lower, "is not authorized to perform") || strings.Contains(lower, "explicit deny"):
		return fault(provider.ClassAccess, fmt.Sprintf("Your AWS sign-in may not use the model %q.", about.model),
			"Ask for the permission bedrock:InvokeModelWithResponseStream on it, or choose another model.")
	}
	return fault(provider.ClassAccess, fmt.Sprintf("Your AWS account has no access to the model %q in region %q.", about.model, about.region),
		"Ask for access to it under \"Model access\" in the Amazon Bedrock console, or choose another model.")
}

func explainNotFound(message string, about subject) *provider.Error {
	lower := strings.ToLower(message)
	switch {
	case strings.Contains(lower, "use case"):
		return fault(provider.ClassAccess, fmt.Sprintf("The maker of the model %q wants to know your use case first.", about.model),
			"Fill in the use case form under \"Model access\" in the Amazon Bedrock console, or choose another model.")
	case strings.Contains(lower, "end of its life"):
		return fault(provider.ClassValidation, fmt.Sprintf("The model %q is no longer served.", about.model), "Choose a newer model.")
	}
	return unknownModel(about)
}

func unknownModel(about subject) *provider.Error {
	return fault(provider.ClassValidation, fmt.Sprintf("Amazon Bedrock has no model %q in region %q.", about.model, about.region),
		"Choose a model from the list, or change the setting keelAgent.bedrock.region.")
}

func explainValidation(message string, about subject) *provider.Error {
	lower := strings.ToLower(message)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(lower, w) {
				return true
			}
		}
		return false
	}
	switch {
	case needsProfile(lower):
		return explainProfile(about)
	case has("support the image", "support image", "image input", "images are not supported"):
		return takesNoPictures(about.model)
	case has("image exceeds", "image size", "image dimensions", "image is too large"):
		return fault(provider.ClassValidation, fmt.Sprintf("A picture is too large for the model %q: %s", about.model, sentence(message)),
			"Most models take 3.75 MB and 8,000 pixels a side; send a smaller picture in a new session.")
	case has("image format", "process image"):
		return fault(provider.ClassValidation, fmt.Sprintf("The model %q cannot read a picture: %s", about.model, sentence(message)),
			"Send it as PNG or JPEG in a new session.")
	case has("model identifier is invalid", "model id", "resolve the foundation model", "inference profile"):
		return unknownModel(about)
	case has("input is too long", "prompt is too long", "too many input tokens", "input tokens exceeded", "context limit", "context length", "context window", "maximum tokens", "too many total text bytes"):
		return fault(provider.ClassContext, "The conversation is too long for the model.",
			"Keel shortens it and tries again; a new session starts with all the room.")
	case has("operation not allowed"):
		return fault(provider.ClassAccess, "Your AWS account may not use Amazon Bedrock's models.",
			"New accounts are sometimes restricted: ask AWS Support, or use another account.")
	case has("tool use", "toolconfig", "tool_use is not supported"):
		return fault(provider.ClassValidation, fmt.Sprintf("Amazon Bedrock refused the tools for the model %q: %s", about.model, sentence(message)),
			"The agent needs a model that can use tools: choose another one.")
	}
	return fault(provider.ClassValidation, "Amazon Bedrock refused the request: "+sentence(message),
		"Choose another model, or start a new session.")
}

// sentence ends a text from outside with a full stop and keeps it short.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300]) + "…"
	}
	if text == "" {
		return "it gave no reason."
	}
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}

// explainStatus is for answers that are not Bedrock's, such as a proxy's.
func explainStatus(status int, about subject) *provider.Error {
	what := fmt.Sprintf("Amazon Bedrock answered %d %s.", status, http.StatusText(status))
	switch {
	case status == http.StatusUnauthorized || status == http.StatusProxyAuthRequired:
		return fault(provider.ClassAuth, what, "Sign in again, and check the proxy if there is one.")
	case status == http.StatusForbidden:
		return fault(provider.ClassAccess, what, "Check that your sign-in may use the model and that no proxy is in the way.")
	case status == http.StatusRequestEntityTooLarge:
		return fault(provider.ClassContext, "The conversation is too long for Amazon Bedrock.", "Keel shortens it and tries again.")
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return fault(provider.ClassThrottle, what, "Keel waits and tries again.")
	case status == http.StatusNotFound && about.model != "":
		return unknownModel(about)
	case status >= http.StatusInternalServerError:
		return fault(provider.ClassBounded, what, "Keel tries again; see health.aws.amazon.com if it goes on.")
	}
	return fault(provider.ClassValidation, what, "Check the region, the endpoint and the proxy.")
}

func explainNetwork(err error, about subject) *provider.Error {
	// The SDK has no type for it.
	if strings.Contains(err.Error(), "requires HTTPS") {
		return fault(provider.ClassValidation, "A Bedrock API key is only sent over HTTPS, which the chosen endpoint does not speak.",
			"Correct AWS_ENDPOINT_URL_BEDROCK_RUNTIME, or choose an AWS profile in the setting keelAgent.bedrock.profile.")
	}
	if known, ok := errors.AsType[*outbound.Error](err); ok {
		return endpoint.Unreached(known)
	}
	if name, ok := errors.AsType[*net.DNSError](err); ok && name.IsNotFound {
		return fault(provider.ClassBounded, fmt.Sprintf("There is no Amazon Bedrock at %q.", name.Name),
			fmt.Sprintf("Check the network, and that Amazon Bedrock is offered in region %q.", about.region))
	}
	return fault(provider.ClassBounded, fmt.Sprintf("Amazon Bedrock in region %q cannot be reached.", about.region),
		"Check the network and the proxy.")
}

// retryAfter reads seconds or a date; 0 when there is none or it has passed.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, 24*time.Hour)
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
