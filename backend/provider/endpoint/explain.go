package endpoint

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/provider"
)

// overloaded is a status that some services use and HTTP does not know.
const overloaded = 529

// fault makes an error of a class, a sentence and a hint, without its cause.
func fault(class provider.Class, message, hint string) *provider.Error {
	return &provider.Error{Class: class, Message: message, Hint: hint}
}

// Explain says what a refusal means. keyed tells whether a key was sent.
func Explain(r *Refusal, s Service, model string, keyed bool) *provider.Error {
	explained := explain(r, s, model, keyed)
	explained.Err = r
	return explained
}

// explain goes by what the service said first, then by the status: services do
// not agree on the latter.
func explain(r *Refusal, s Service, model string, keyed bool) *provider.Error {
	if r.Page {
		return explainPage(r, s)
	}
	switch {
	case r.says("insufficient_quota", "exceeded your current quota", "insufficient balance", "insufficient credit", "credit balance", "billing_hard_limit", "usagelimitexceeded", "per day", "per 86400s", "byday"),
		r.Status == http.StatusPaymentRequired:
		return fault(provider.ClassQuota, fmt.Sprintf("What your account may use of %s is used up.", s.Name),
			"Choose another model, or look at the plan and the billing of your account.")
	case tooLong(r):
		message := fmt.Sprintf("The conversation is too long for the model at %s.", s.Name)
		if s.Limit != "" {
			message += " " + s.Limit
		}
		return fault(provider.ClassContext, message, "Keel shortens it and tries again; a new session starts with all the room.")
	case r.Status == 0 || r.Status == http.StatusBadRequest || r.Status == http.StatusUnprocessableEntity || r.Status == http.StatusInternalServerError || r.Status == http.StatusNotImplemented:
		if known := explainAbility(r, s, model); known != nil {
			return known
		}
	}
	return explainStatus(r, s, model, keyed)
}

// tooLong knows the wordings of OpenAI, Azure, GitHub, vLLM, llama.cpp, LM
// Studio, Ollama, Mistral, Anthropic, Gemini and of what stands before them.
func tooLong(r *Refusal) bool {
	if r.Status == http.StatusRequestEntityTooLarge {
		return true
	}
	if r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden || r.Status == http.StatusTooManyRequests {
		return false
	}
	return r.says("context_length_exceeded", "exceed_context_size", "tokens_limit_reached", "context_window_exceeded",
		"maximum context length", "maximum model length", "context length is only", "context length of only",
		"exceeds the context", "exceed the context", "exceeds the available context", "exceeds context", "context window",
		"context size", "context length exceeded", "input length exceeds", "longer than the context",
		"when context the overflows", "prompt is too long", "input is too long", "input token count", "prompt contains too many tokens",
		"too many input tokens", "reduce the length of the messages", "too large for model", "maximum prompt length")
}

// explainAbility is for what a model or its server cannot do.
func explainAbility(r *Refusal, s Service, model string) *provider.Error {
	switch {
	case r.says("--enable-auto-tool-choice", "--tool-call-parser"):
		return fault(provider.ClassValidation, fmt.Sprintf("%s was started without tools.", s.Name),
			"Start it with --enable-auto-tool-choice and the --tool-call-parser of the model.")
	case r.says("--jinja"):
		return fault(provider.ClassValidation, fmt.Sprintf("%s was started without tools.", s.Name), "Start it with --jinja.")
	case r.says("does not support tools", "tools is not supported", "tool use is not supported", "does not support tool", "no endpoints found that support tool", "tools are not supported", "does not support function calling"):
		return fault(provider.ClassValidation, fmt.Sprintf("The model %q cannot use tools.", model),
			"The agent needs a model that can: choose another one.")
	case r.says("image") && r.says("support", "multimodal", "mmproj", "vision"), r.says("missing data required for image input"):
		return fault(provider.ClassValidation, fmt.Sprintf("The model %q takes no pictures.", model),
			"Choose a model that does, or send the message without the picture.")
	case r.says("model_not_found", "model not found", "no models loaded", "model is not loaded", "no such model", "unknown_model", "unknown model", "model does not exist"),
		r.says("model") && r.says("does not exist", "not found", "is not a valid model", "invalid model"):
		return unknownModel(s, model)
	}
	return nil
}

func unknownModel(s Service, model string) *provider.Error {
	hint := "Choose a model from the list."
	if s.Start != "" {
		hint = "Choose a model from the list, or load it there first."
	}
	return fault(provider.ClassValidation, fmt.Sprintf("%s has no model %q.", s.Name, model), hint)
}

func explainStatus(r *Refusal, s Service, model string, keyed bool) *provider.Error {
	said := ""
	if r.Message != "" {
		said = " It says: " + Sentence(r.Message)
	}
	switch status := r.Status; {
	case status/100 == 3:
		return fault(provider.ClassValidation, fmt.Sprintf("%s sends requests on to %s; nothing was sent there.", s.Name, r.Message),
			settingHint(s, "If you trust that address, set it", "Check the address"))
	case status == http.StatusUnauthorized, r.says("invalid_api_key", "invalid api key", "incorrect api key", "authentication_error"):
		return explainKey(r, s, keyed)
	case status == http.StatusForbidden:
		return fault(provider.ClassAccess, fmt.Sprintf("%s does not allow this.%s", s.Name, said),
			fmt.Sprintf("Check that your account may use the model %q, or choose another one.", model))
	case status == http.StatusNotFound && (r.says("model", "deployment")):
		return unknownModel(s, model)
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return fault(provider.ClassValidation, fmt.Sprintf("%s answers, but not at this path: %d %s.", s.Name, status, http.StatusText(status)),
			settingHint(s, "Check the address, which often ends in /v1,", "Update the program behind it"))
	case status == http.StatusRequestTimeout:
		return fault(provider.ClassBounded, fmt.Sprintf("The request to %s took too long.", s.Name), "Keel tries again; a shorter request may help.")
	case status == http.StatusTooManyRequests, r.says("rate_limit", "rate limit", "ratelimit", "too many requests"):
		return fault(provider.ClassThrottle, fmt.Sprintf("%s gets more requests than your account allows.", s.Name), "Keel waits and tries again.")
	case r.says("loading model", "model is loading", "unavailable_error"):
		return fault(provider.ClassThrottle, fmt.Sprintf("%s is still loading the model.", s.Name), "Keel waits and tries again.")
	case status == http.StatusServiceUnavailable, status == overloaded, r.says("overloaded", "at capacity", "server_busy"):
		return fault(provider.ClassThrottle, fmt.Sprintf("%s is overloaded at the moment.", s.Name), "Keel waits and tries again; another model may serve meanwhile.")
	case r.says("requires more system memory", "out of memory", "unable to allocate"):
		return fault(provider.ClassValidation, fmt.Sprintf("There is not enough memory for the model %q.%s", model, said), "Choose a smaller model, or a smaller context.")
	case status >= http.StatusInternalServerError, status == http.StatusConflict, status == http.StatusTooEarly:
		return fault(provider.ClassBounded, fmt.Sprintf("%s had an error of its own.%s", s.Name, said), "Keel tries again; choose another model if it goes on.")
	case status == 0:
		return fault(provider.ClassBounded, fmt.Sprintf("%s failed while it answered.%s", s.Name, said), "Keel tries again; choose another model if it goes on.")
	}
	return fault(provider.ClassValidation, fmt.Sprintf("%s refused the request.%s", s.Name, said), "Choose another model, or start a new session.")
}

// explainKey never repeats what the service said: that may show the key's ends.
func explainKey(r *Refusal, s Service, keyed bool) *provider.Error {
	const enter = "Enter it in the model picker; the turn then goes on."
	switch {
	case !keyed:
		return fault(provider.ClassAuth, s.Name+" wants a key.", enter)
	case r.says("expired"):
		return fault(provider.ClassAuth, fmt.Sprintf("The key for %s has expired.", s.Name), "Make a new one and enter it in the model picker; the turn then goes on.")
	}
	return fault(provider.ClassAuth, s.Name+" does not accept the key.", "Enter it again in the model picker; the turn then goes on.")
}

// explainPage is for answers of a proxy, a sign-in page, or a web server.
func explainPage(r *Refusal, s Service) *provider.Error {
	what := fmt.Sprintf("%s answered with a web page", s.Name)
	if r.Status != 0 && r.Status/100 != 2 {
		what += fmt.Sprintf(" (%d %s)", r.Status, http.StatusText(r.Status))
	}
	hint := settingHint(s, "Check the address, which often ends in /v1,", "Check the network and the proxy")
	switch {
	case r.Status == http.StatusUnauthorized, r.Status == http.StatusProxyAuthRequired:
		return fault(provider.ClassAuth, what+".", "Check the key, and the proxy if there is one.")
	case r.Status == http.StatusForbidden:
		return fault(provider.ClassAccess, what+".", "Check that no proxy or firewall is in the way.")
	case r.Status == http.StatusTooManyRequests, r.Status == http.StatusServiceUnavailable, r.Status == overloaded:
		return fault(provider.ClassThrottle, what+".", "Keel waits and tries again.")
	case r.Status == http.StatusRequestEntityTooLarge:
		return fault(provider.ClassContext, what+".", "Keel shortens the conversation and tries again.")
	case r.Status >= http.StatusInternalServerError:
		return fault(provider.ClassBounded, what+".", "Keel tries again; check the network and the proxy if it goes on.")
	}
	return fault(provider.ClassValidation, what+" instead of a reply.", hint)
}

func settingHint(s Service, withSetting, without string) string {
	if s.Setting == "" {
		return without + "."
	}
	return fmt.Sprintf("%s in the setting %s.", withSetting, s.Setting)
}

// Sentence ends a text from outside with a full stop, on one line, and keeps
// it short.
func Sentence(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300]) + "…"
	}
	if text == "" {
		return "nothing more."
	}
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}

// RetryAfter reads seconds, milliseconds where a service gives those, or a
// date; 0 when there is none or it has passed.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	const most = 24 * time.Hour
	if ms, err := strconv.ParseFloat(header.Get("Retry-After-Ms"), 64); err == nil && ms > 0 && ms < 1e9 {
		return min(time.Duration(ms*float64(time.Millisecond)), most)
	}
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 {
		return time.Duration(min(seconds, most.Seconds()) * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return min(at.Sub(now), most)
	}
	return 0
}
