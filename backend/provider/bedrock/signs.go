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

// keptKey returns the API key that Keel keeps, or nothing.
func (p *Provider) keptKey(ctx context.Context) (string, error) {
	key, err := p.options.APIKey(ctx)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(key), nil
}

// apiKey returns the Bedrock API key to use, the kept one or the environment's.
// It counts only while no profile is chosen in the settings and no account used.
func apiKey(settings Settings, used *Account, kept string) string {
	if settings.Profile != "" || used != nil {
		return ""
	}
	return cmp.Or(kept, os.Getenv("AWS_BEARER_TOKEN_BEDROCK"))
}

// signs looks for a region, and for credentials beside the account and the key
// that are used, which may be none.
func (p *Provider) signs(ctx context.Context, settings Settings, used *Account, key string) signs {
	environment, err := config.NewEnvConfig()
	if err != nil {
		return signs{region: settings.Region, problem: badConfiguration(err)}
	}
	region := cmp.Or(settings.Region, environment.Region)
	profile, err := sharedProfile(ctx, settings, environment)
	if err != nil {
		return signs{region: region, problem: badConfiguration(err)}
	}
	if used != nil && used.Problem != nil {
		return signs{region: region, problem: badAccount(used, used.Problem)}
	}
	found := used != nil || key != "" || hasCredentials(profile) || p.options.OnInstance()
	if settings.Profile == "" {
		found = found || environment.Credentials.HasKeys() || environment.WebIdentityTokenFilePath != ""
	}
	found = found || environment.ContainerCredentialsEndpoint != "" || environment.ContainerCredentialsRelativePath != ""
	return signs{region: cmp.Or(region, profile.Region), credentials: found}
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
