package bedrock

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// The failures before a request can be made.

func noCredentials() *provider.Error {
	return &provider.Error{
		Class:   provider.ClassAuth,
		Message: "There are no AWS credentials.",
		Hint:    "Sign in on the Accounts page (Keel: Show Accounts), choose an AWS profile in the setting keelAgent.bedrock.profile, enter a Bedrock API key, or set AWS_PROFILE or AWS_ACCESS_KEY_ID.",
		Err:     errors.New("looking for AWS credentials: there is no sign of any"),
	}
}

// lockedKey is for a key that may be kept but cannot be had.
func lockedKey(err error) *provider.Error {
	if said, ok := errors.AsType[*provider.Error](err); ok {
		return said // it is not in the keychain
	}
	return &provider.Error{
		Class:   provider.ClassAuth,
		Message: "The key for Amazon Bedrock cannot be read from the keychain.",
		Hint:    "Unlock the keychain, or choose an AWS profile in the setting keelAgent.bedrock.profile.",
		Err:     err,
	}
}

func noRegion() *provider.Error {
	return fault(provider.ClassAuth, "No AWS region is chosen.",
		"Choose one in the setting keelAgent.bedrock.region, such as \"us-east-1\", or set AWS_REGION.")
}

func badRegion(region string) *provider.Error {
	return fault(provider.ClassValidation, fmt.Sprintf("%q is not the name of an AWS region.", region),
		"Correct the setting keelAgent.bedrock.region; a name looks like \"us-east-1\".")
}

func noModel() *provider.Error {
	return fault(provider.ClassValidation, "No model of Amazon Bedrock is chosen.",
		"Choose one from the list of models, or type its id.")
}

func badRequest(err error) *provider.Error {
	return &provider.Error{
		Class:   provider.ClassValidation,
		Message: "The request to Amazon Bedrock could not be written.",
		Hint:    "Start a new session; this one holds something that is not JSON.",
		Err:     err,
	}
}

func badReply(err error) *provider.Error {
	return &provider.Error{
		Class:   provider.ClassInterrupted,
		Message: "The reply from Amazon Bedrock could not be read.",
		Hint:    "Nothing of it was run. Choose another model if it happens again.",
		Err:     err,
	}
}

// badConfiguration is for AWS configuration files and variables that the SDK
// cannot use.
func badConfiguration(err error) *provider.Error {
	e := &provider.Error{
		Class:   provider.ClassAuth,
		Message: "The AWS configuration cannot be read.",
		Hint:    "Correct the files ~/.aws/config and ~/.aws/credentials, or choose another profile.",
		Err:     err,
	}
	if missing, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		e.Message = fmt.Sprintf("There is no AWS profile %q.", missing.Profile)
		e.Hint = "Choose another one in the setting keelAgent.bedrock.profile, or make it with \"aws configure sso\"."
	}
	if _, ok := errors.AsType[config.AssumeRoleTokenProviderNotSetError](err); ok {
		e.Message = "The AWS profile asks for a code from an MFA device, which Keel cannot ask for."
		e.Hint = "Choose a profile without mfa_serial, such as one of IAM Identity Center."
	}
	return e
}

// badCredentials is for a sign-in that is configured and does not work.
func badCredentials(err error) *provider.Error {
	if way, ok := errors.AsType[*outbound.Error](err); ok {
		said := endpoint.Unreached(way)
		said.Err = err
		return said
	}
	e := &provider.Error{
		Class:   provider.ClassAuth,
		Message: "Your AWS sign-in has expired or does not work.",
		Hint:    "Sign in again, on the Accounts page (Keel: Show Accounts) or with \"aws sso login\"; the turn then goes on.",
		Err:     err,
	}
	_, sso := errors.AsType[*ssocreds.InvalidTokenError](err)
	_, answered := errors.AsType[smithy.APIError](err)
	_, process := errors.AsType[*processcreds.ProviderError](err)
	_, unsent := errors.AsType[*smithyhttp.RequestSendError](err)
	switch {
	case sso:
		e.Message = "Your sign-in at AWS IAM Identity Center has expired."
	case process:
		e.Message = "The command that gives AWS credentials failed."
		e.Hint = "Run the profile's credential_process in a terminal to see why."
	case unsent && !answered:
		e.Class = provider.ClassBounded
		e.Message = "The AWS sign-in service cannot be reached."
		e.Hint = "Check the network and the proxy."
		if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown {
			e.Class = provider.ClassValidation
			e.Message = "The certificate of the AWS sign-in service is signed by nobody whom this machine trusts; nothing was sent."
			e.Hint = "Where your company's proxy has signed it, name the certificate of its authority in the setting keelAgent.network.certificates."
		}
	}
	return e
}

func slowCredentials(limit time.Duration, err error) *provider.Error {
	return &provider.Error{
		Class:   provider.ClassAuth,
		Message: fmt.Sprintf("Getting AWS credentials took longer than %v.", limit),
		Hint:    "Check the network, or run \"aws sts get-caller-identity\" in a terminal to see what it waits for.",
		Err:     err,
	}
}
