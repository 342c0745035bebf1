package bedrock

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"github.com/keel-ide/keel/backend/provider"
)

// signs is what can be known about a sign-in without the network.
type signs struct {
	region      string
	credentials bool
	problem     *provider.Error // the configuration cannot be used; nil when it can
}

// apiKey returns the Bedrock API key from the environment, which counts only
// while no profile is chosen in the settings.
func apiKey(settings Settings) string {
	if settings.Profile != "" {
		return ""
	}
	return os.Getenv("AWS_BEARER_TOKEN_BEDROCK")
}

func (p *Provider) signs(ctx context.Context) signs {
	settings := p.options.Settings()
	environment, err := config.NewEnvConfig()
	if err != nil {
		return signs{problem: badConfiguration(err)}
	}
	profile, err := sharedProfile(ctx, settings, environment)
	if err != nil {
		return signs{problem: badConfiguration(err)}
	}
	found := hasCredentials(profile) || p.options.OnInstance()
	if settings.Profile == "" {
		found = found || apiKey(settings) != "" || environment.Credentials.HasKeys() || environment.WebIdentityTokenFilePath != ""
	}
	found = found || environment.ContainerCredentialsEndpoint != "" || environment.ContainerCredentialsRelativePath != ""
	return signs{
		region:      cmp.Or(settings.Region, environment.Region, profile.Region),
		credentials: found,
	}
}

// sharedProfile reads the profile that the SDK will use. A profile that was
// not asked for by name may be missing.
func sharedProfile(ctx context.Context, settings Settings, environment config.EnvConfig) (config.SharedConfig, error) {
	asked := cmp.Or(settings.Profile, environment.SharedConfigProfile)
	profile, err := config.LoadSharedConfigProfile(ctx, cmp.Or(asked, config.DefaultSharedConfigProfile), func(o *config.LoadSharedConfigOptions) {
		o.Logger = logging.NewStandardLogger(io.Discard)
		if environment.SharedConfigFile != "" {
			o.ConfigFiles = []string{environment.SharedConfigFile}
		}
		if environment.SharedCredentialsFile != "" {
			o.CredentialsFiles = []string{environment.SharedCredentialsFile}
		}
	})
	if _, missing := errors.AsType[config.SharedConfigProfileNotExistError](err); missing && asked == "" {
		return config.SharedConfig{}, nil
	}
	return profile, err
}

func hasCredentials(c config.SharedConfig) bool {
	return c.Credentials.HasKeys() || c.CredentialSource != "" || c.CredentialProcess != "" ||
		c.WebIdentityTokenFile != "" || c.SSOSession != nil || c.SSOStartURL != "" ||
		c.LoginSession != "" || (c.Source != nil && hasCredentials(*c.Source))
}

// isRegion reports whether s can be a part of a host name, which is all that
// the SDK asks of a region.
func isRegion(s string) bool {
	return s != "" && len(s) <= 63 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && s[0] != '-' && s[len(s)-1] != '-'
}
