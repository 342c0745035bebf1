package wire

import (
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// Prompt is what a person sends.
type Prompt struct {
	Text       string              `json:"text"`
	Images     []session.Image     `json:"images"`
	References []session.Reference `json:"references"` // without content
}

// AWSChoices is what can be chosen for Amazon Bedrock.
type AWSChoices struct {
	Profiles []string `json:"profiles"` // of the AWS configuration files
	Regions  []string `json:"regions"`  // that serve Bedrock
	Profile  string   `json:"profile"`  // in force; empty for the default chain
	Region   string   `json:"region"`
	Account  string   `json:"account"` // whose credentials are used where no profile is chosen; empty for none
	Unread   []string `json:"unread"`  // AWS configuration files that are there and could not be read, which may hold more
}

// ProviderState is a provider in the model picker.
type ProviderState struct {
	provider.Info
	Models      []provider.Model `json:"models"`
	Listed      bool             `json:"listed"`  // it was asked for its models; one that is not ready, or not chosen, may not be
	Problem     string           `json:"problem"` // why the list of models is not whole; empty when it is
	ProblemHint string           `json:"problemHint"`
}

// Example is a prompt that works in this workspace.
type Example struct {
	Prompt     string              `json:"prompt"`
	What       string              `json:"what"`
	References []session.Reference `json:"references"` // without content
	Practice   bool                `json:"practice"`   // for the practice model, which understands little else
}

// ApprovalAnswer answers the question that a tool call waits for.
type ApprovalAnswer struct {
	SessionID  string `json:"sessionId"`
	ApprovalID string `json:"approvalId"`
	Hash       string `json:"hash"` // of what was shown
	Approved   bool   `json:"approved"`
	Feedback   string `json:"feedback"` // why it was rejected, for the agent to read
	Trust      string `json:"trust"`    // a pattern to add to the trusted commands; empty for none
	// Scope is where Trust counts: this session, this workspace or always.
	Scope TrustScope `json:"scope"`
	// Command is the command as the person changed it before they agreed to it;
	// empty when it is the one that was shown.
	Command string `json:"command"`
}

// ModelChoice sets what answers in a session.
type ModelChoice struct {
	SessionID string `json:"sessionId"`
	Provider  string `json:"provider"`
	Model     string `json:"model"`
}
