package bedrock_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

// refusals are Bedrock's errors, in its words where they matter.
var refusals = map[string]struct {
	status  int
	kind    string
	message string
	class   provider.Class
	says    string // a part of the message or the hint
}{
	"throttled":                 {429, "ThrottlingException", "Too many requests, please wait before trying again.", provider.ClassThrottle, "waits"},
	"tokens of the day":         {429, "ThrottlingException", "Too many tokens per day, please wait before trying again.", provider.ClassQuota, "Service Quotas"},
	"quota":                     {400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account.", provider.ClassQuota, "Service Quotas"},
	"no access to the model":    {403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", provider.ClassAccess, "Model access"},
	"not allowed by IAM":        {403, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: y", provider.ClassAccess, "bedrock:InvokeModelWithResponseStream"},
	"bad API key":               {403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.", provider.ClassAuth, "API key"},
	"expired token":             {403, "ExpiredTokenException", "The security token included in the request is expired", provider.ClassAuth, "Sign in again"},
	"unknown credentials":       {403, "UnrecognizedClientException", "The security token included in the request is invalid.", provider.ClassAuth, "profile"},
	"bad signature":             {403, "InvalidSignatureException", "Signature expired: 20250101T000000Z is now earlier than", provider.ClassAuth, "clock"},
	"unknown model":             {400, "ValidationException", "The provided model identifier is invalid.", provider.ClassValidation, model},
	"model of no region":        {404, "ResourceNotFoundException", "Could not resolve the foundation model from the provided model identifier.", provider.ClassValidation, "us-east-1"},
	"old model":                 {404, "ResourceNotFoundException", "This model version has reached the end of its life.", provider.ClassValidation, "newer"},
	"use case form":             {404, "ResourceNotFoundException", "Model use case details have not been submitted for this account.", provider.ClassAccess, "use case"},
	"needs a profile":           {400, "ValidationException", "Invocation of model ID x with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.", provider.ClassValidation, "\"us." + model + "\""},
	"too long":                  {400, "ValidationException", "Input is too long for requested model.", provider.ClassContext, "too long"},
	"too long for Claude":       {400, "ValidationException", "The model returned the following errors: prompt is too long: 210000 tokens > 200000 maximum", provider.ClassContext, "too long"},
	"restricted account":        {400, "ValidationException", "Operation not allowed", provider.ClassAccess, "AWS Support"},
	"no tools":                  {400, "ValidationException", "This model doesn't support tool use.", provider.ClassValidation, "can use tools"},
	"no tools, other words":     {400, "ValidationException", "tool_use is not supported by this model.", provider.ClassValidation, "can use tools"},
	"no pictures":               {400, "ValidationException", "This model doesn't support the image field for user messages. Remove image and try again.", provider.ClassValidation, "takes no pictures"},
	"picture too large":         {400, "ValidationException", "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6000000 bytes > 5242880 bytes", provider.ClassValidation, "smaller picture"},
	"picture of another kind":   {400, "ValidationException", "The model returned the following errors: The provided image does not match the specified image format.", provider.ClassValidation, "PNG or JPEG"},
	"guardrail not found":       {400, "ValidationException", "The guardrail identifier or version provided in the request does not exist.", provider.ClassValidation, "guardrail identifier"},
	"denied by a policy":        {403, "AccessDeniedException", "User: x is not authorized to perform: bedrock:InvokeModel with an explicit deny in a service control policy", provider.ClassAccess, "may not use the model"},
	"key has expired":           {403, "AccessDeniedException", "Bearer Token has expired", provider.ClassAuth, "API key"},
	"context, Nova":             {400, "ValidationException", "The model returned the following errors: Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again.", provider.ClassContext, "too long"},
	"context, Llama":            {400, "ValidationException", "This model's maximum context length is 131072 tokens. Please reduce the length of the prompt", provider.ClassContext, "too long"},
	"context, Claude and reply": {400, "ValidationException", "input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000", provider.ClassContext, "too long"},
	"our mistake":               {400, "ValidationException", "Something else is wrong", provider.ClassValidation, "Something else is wrong."},
	"no reason":                 {400, "ValidationException", "", provider.ClassValidation, "refused"},
	"not ready":                 {429, "ModelNotReadyException", "", provider.ClassBounded, "started"},
	"model timeout":             {408, "ModelTimeoutException", "", provider.ClassBounded, "too long"},
	"model error":               {424, "ModelErrorException", "", provider.ClassBounded, "failed"},
	"stream error":              {424, "ModelStreamErrorException", "", provider.ClassBounded, "failed"},
	"internal":                  {500, "InternalServerException", "", provider.ClassBounded, "tries again"},
	"unavailable":               {503, "ServiceUnavailableException", "", provider.ClassThrottle, "waits"},
	"unknown, 400":              {400, "SurpriseException", "", provider.ClassValidation, "400"},
	"unknown, 401":              {401, "SurpriseException", "", provider.ClassAuth, "401"},
	"unknown, 403":              {403, "SurpriseException", "", provider.ClassAccess, "403"},
	"unknown, 413":              {413, "SurpriseException", "", provider.ClassContext, "too long"},
	"unknown, 429":              {429, "SurpriseException", "", provider.ClassThrottle, "429"},
	"unknown, 502":              {502, "SurpriseException", "", provider.ClassBounded, "502"},
}

// checkError wants a class, a cause, and sentences for a person.
func checkError(t *testing.T, err error, class provider.Class, says string) {
	t.Helper()
	checkSays(t, err, class, says)
	if e, ok := errors.AsType[*provider.Error](err); ok && e.Err == nil {
		t.Errorf("%q has no cause", e.Message)
	}
}

// checkSays wants a class, and sentences for a person.
func checkSays(t *testing.T, err error, class provider.Class, says string) {
	t.Helper()
	e, ok := errors.AsType[*provider.Error](err)
	if !ok {
		t.Fatalf("error %v of type %T, want *provider.Error", err, err)
	}
	if e.Class != class || !strings.Contains(e.Message+" "+e.Hint, says) {
		t.Errorf("class %q, %q, %q; want class %q and %q", e.Class, e.Message, e.Hint, class, says)
	}
	for _, text := range []string{e.Message, e.Hint} {
		if text == "" || !strings.HasSuffix(text, ".") || strings.HasSuffix(text, "..") || unicode.IsLower([]rune(text)[0]) {
			t.Errorf("%q is not a sentence", text)
		}
	}
}

func TestRefusedBeforeTheStream(t *testing.T) {
	server := newServer(t)
	p := newProvider(nil)
	for name, test := range refusals {
		t.Run(name, func(t *testing.T) {
			server.Script(bedrocktest.Refuse(test.status, test.kind, test.message))
			_, err := ask(t.Context(), p, question("Hello"))
			checkError(t, err, test.class, test.says)
		})
	}
}

// In mid-stream, each of Bedrock's exceptions means the same as before it, and
// what is not known is a cut.
func TestRefusedInMidStream(t *testing.T) {
	server := newServer(t)
	tests := map[string]struct {
		frame bedrocktest.Frame
		class provider.Class
	}{
		"throttled":                  {bedrocktest.Exception("throttlingException", "Too many requests"), provider.ClassThrottle},
		"internal":                   {bedrocktest.Exception("internalServerException", ""), provider.ClassBounded},
		"stream error":               {bedrocktest.Exception("modelStreamErrorException", "x"), provider.ClassBounded},
		"timeout":                    {bedrocktest.Exception("modelTimeoutException", "x"), provider.ClassBounded},
		"unavailable":                {bedrocktest.Exception("serviceUnavailableException", "x"), provider.ClassThrottle},
		"throttled, named as a type": {bedrocktest.Exception("ThrottlingException", "Too many requests"), provider.ClassThrottle},
		"tokens of the day":          {bedrocktest.Exception("throttlingException", "Too many tokens per day"), provider.ClassQuota},
		"quota":                      {bedrocktest.Exception("serviceQuotaExceededException", "x"), provider.ClassQuota},
		"not ready":                  {bedrocktest.Exception("modelNotReadyException", "x"), provider.ClassBounded},
		"model error":                {bedrocktest.Exception("modelErrorException", "x"), provider.ClassBounded},
		"access":                     {bedrocktest.Exception("accessDeniedException", "You don't have access to the model with the specified model ID."), provider.ClassAccess},
		"expired token":              {bedrocktest.Exception("expiredTokenException", "x"), provider.ClassAuth},
		"expired, error frame":       {bedrocktest.ErrorFrame("ExpiredTokenException", "x"), provider.ClassAuth},
		"validation":                 {bedrocktest.Exception("validationException", "Input is too long for requested model."), provider.ClassContext},
		"unknown":                    {bedrocktest.Exception("surpriseException", "x"), provider.ClassInterrupted},
		"error frame":                {bedrocktest.ErrorFrame("InternalFailure", "x"), provider.ClassBounded},
		"unknown error":              {bedrocktest.ErrorFrame("Surprise", "x"), provider.ClassInterrupted},
	}
	p := newProvider(nil)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			frames := everything()
			for n := range len(frames) + 1 {
				server.Script(bedrocktest.Stream(append(everything()[:n:n], test.frame)...))
				reply, err := ask(t.Context(), p, question("Hello"))
				checkError(t, err, test.class, "")
				if diff := cmp.Diff(provider.Reply{}, reply); diff != "" {
					t.Fatalf("after %d frames: reply beside the error:\n%s", n, diff)
				}
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	server := newServer(t)
	for value, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "-1": 0, "soon": 0, "Wed, 21 Oct 2015 07:28:00 GMT": 0, "99999999999": 24 * time.Hour} {
		server.Script(bedrocktest.Reply{Fault: &bedrocktest.Fault{
			Status: 429, Type: "ThrottlingException", Message: "Too many requests", Header: http.Header{"Retry-After": {value}},
		}})
		_, err := ask(t.Context(), newProvider(nil), question("Hello"))
		e, ok := errors.AsType[*provider.Error](err)
		if !ok || e.RetryAfter != want {
			t.Errorf("Retry-After %q: %v after %v, want %v", value, err, e.RetryAfter, want)
		}
	}
}

func TestAnswersThatAreNotBedrocks(t *testing.T) {
	server := newServer(t)
	for status, class := range map[int]provider.Class{407: provider.ClassAuth, 403: provider.ClassAccess, 404: provider.ClassValidation, 502: provider.ClassBounded, 503: provider.ClassThrottle} {
		server.Script(bedrocktest.Reply{Fault: &bedrocktest.Fault{Status: status, Message: "The proxy says no.", HTML: true}})
		_, err := ask(t.Context(), newProvider(nil), question("Hello"))
		checkError(t, err, class, "")
	}
}

func TestNothingIsRetriedHere(t *testing.T) {
	server := newServer(t)
	setenv(t, "AWS_MAX_ATTEMPTS=5", "AWS_RETRY_MODE=adaptive")
	p := newProvider(nil)
	for i, status := range []int{429, 500, 503} {
		server.Script(bedrocktest.Refuse(status, "", ""))
		if _, err := ask(t.Context(), p, question("Hello")); err == nil {
			t.Errorf("status %d: no error", status)
		}
		if n := len(server.Requests()); n != i+1 {
			t.Fatalf("status %d: %d requests, want %d", status, n, i+1)
		}
	}
	before := len(server.Requests())
	server.RefuseList("foundation-models", bedrocktest.Fault{Status: 503})
	server.RefuseList("inference-profiles", bedrocktest.Fault{Status: 429, Type: "ThrottlingException"})
	if _, err := p.Models(t.Context()); err == nil {
		t.Error("models: no error")
	}
	if n := len(server.Requests()) - before; n != 2 {
		t.Errorf("models: %d requests, want 2", n)
	}
}

func TestNobodyThere(t *testing.T) {
	server := newServer(t)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := ask(t.Context(), newProvider(nil), question("Hello"))
	checkError(t, err, provider.ClassBounded, "cannot be reached")
	setenv(t, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME=http://bedrock.invalid")
	_, err = ask(t.Context(), newProvider(nil), question("Hello"))
	checkError(t, err, provider.ClassBounded, "network")
}
