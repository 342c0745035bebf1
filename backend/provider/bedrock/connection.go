package bedrock

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/auth/bearer"
	"github.com/aws/smithy-go/logging"
)

// loaded is one reading of the AWS configuration. It holds the credentials
// cache, which refreshes what expires, and the pool of connections.
type loaded struct {
	key    [sha256.Size]byte // of everything the reading depended on
	config aws.Config
}

// connection is a configuration whose credentials are known to be there.
// Clients are made anew for each request: they are cheap, the connections are
// the configuration's, and one client must not read two streams at once (all
// its streams share one decoder, unguarded).
type connection struct {
	config   aws.Config
	settings Settings
	account  *Account // whose credentials are used; nil for none of Keel's
	key      string   // the Bedrock API key; empty to sign with credentials
}

// connect reads the configuration if it changed, and gets credentials.
func (p *Provider) connect(ctx context.Context) (connection, error) {
	settings := p.options.Settings()
	used := p.accountInForce(ctx, settings)
	if used != nil && used.Problem != nil {
		return connection{}, badAccount(used, used.Problem)
	}
	cfg, err := p.load(ctx, settings, used)
	if err != nil {
		return connection{}, badConfiguration(err)
	}
	if cfg.Region == "" {
		return connection{}, noRegion()
	}
	if !isRegion(cfg.Region) {
		return connection{}, badRegion(cfg.Region)
	}
	if used != nil {
		if err := p.retrieve(ctx, cfg, used); err != nil {
			return connection{}, err
		}
		return connection{config: cfg, settings: settings, account: used}, nil
	}
	kept, keyErr := p.keptKey(ctx)
	if ctx.Err() != nil {
		return connection{}, ctx.Err()
	}
	key := apiKey(settings, nil, kept)
	if key == "" {
		sign := p.signs(ctx, settings, nil, "").credentials
		if keyErr != nil && settings.Profile == "" && !sign {
			return connection{}, lockedKey(keyErr)
		}
		if err := p.signIn(ctx, cfg, sign); err != nil {
			return connection{}, err
		}
	}
	return connection{config: cfg, settings: settings, key: key}, nil
}

// retrieve gets an account's credentials within a bounded time.
func (p *Provider) retrieve(ctx context.Context, cfg aws.Config, used *Account) error {
	bounded, cancel := context.WithTimeout(ctx, p.options.SignInTime)
	defer cancel()
	_, err := cfg.Credentials.Retrieve(bounded)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case bounded.Err() != nil:
		slow := slowCredentials(p.options.SignInTime, err)
		slow.Hint = "Check the network and the proxy, or try again."
		return slow
	}
	p.forget()
	return badAccount(used, err)
}

// signIn gets credentials within a bounded time. Without a sign of them nothing is
// asked: what is left is an instance role, and on a machine that is no instance the
// metadata address is somebody else's.
func (p *Provider) signIn(ctx context.Context, cfg aws.Config, sign bool) error {
	if !sign {
		return noCredentials()
	}
	bounded, cancel := context.WithTimeout(ctx, p.options.SignInTime)
	defer cancel()
	_, err := cfg.Credentials.Retrieve(bounded)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case bounded.Err() != nil:
		return slowCredentials(p.options.SignInTime, err)
	}
	p.forget()
	return badCredentials(err)
}

// load returns the configuration, read again when the settings, the
// environment or the configuration files are not what they were.
func (p *Provider) load(ctx context.Context, settings Settings, used *Account) (aws.Config, error) {
	key := configurationKey(settings, used, p.options.Outbound.Trust())
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loaded != nil && p.loaded.key == key {
		return p.loaded.config, nil
	}
	options := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}),
		// The mode "auto" would look for the region on the network.
		config.WithDefaultsMode(aws.DefaultsModeStandard),
	}
	if settings.Region != "" {
		options = append(options, config.WithRegion(settings.Region))
	}
	if settings.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(settings.Profile))
	}
	if used != nil {
		// Given some, the SDK looks for no others; these are replaced below.
		options = append(options, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
	}
	// A client of the SDK's own kind: it adds the certificates of AWS_CA_BUNDLE to
	// no other, and the clients for signing in are made with it.
	client := awshttp.NewBuildableClient().WithTransportOptions(p.options.Outbound.Configure)
	options = append(options, config.WithHTTPClient(client))
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, err
	}
	// Frozen, the pool is shared by all clients; else each would make its own.
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = plainBody{client.Freeze(), p.options.Outbound}
	}
	if used != nil {
		cfg.Credentials = cached(*used, cfg.Region)
	}
	p.loaded = &loaded{key: key, config: cfg}
	return cfg, nil
}

// forget makes the next request read the configuration again: the user is
// about to sign in, and not every way of doing so changes what is watched.
func (p *Provider) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loaded = nil
}

// configurationKey is a hash of the settings, the account, of what certificates
// are trusted, of every AWS_ variable and of the state of the configuration files.
func configurationKey(settings Settings, used *Account, trust string) [sha256.Size]byte {
	parts := []string{settings.Region, settings.Profile, trust}
	if used != nil {
		parts = append(parts, "account "+used.Key)
	}
	var environ []string
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "AWS_") {
			environ = append(environ, variable)
		}
	}
	slices.Sort(environ)
	parts = append(parts, environ...)
	files := slices.Concat(config.DefaultSharedConfigFiles, config.DefaultSharedCredentialsFiles)
	files = append(files, os.Getenv("AWS_CONFIG_FILE"), os.Getenv("AWS_SHARED_CREDENTIALS_FILE"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			parts = append(parts, fmt.Sprint(file, info.Size(), info.ModTime().UnixNano()))
		}
	}
	return sha256.Sum256([]byte(strings.Join(parts, "\x00")))
}

// runtime returns a client for models' replies.
func (c connection) runtime() *bedrockruntime.Client {
	return bedrockruntime.NewFromConfig(c.config, func(o *bedrockruntime.Options) {
		o.Retryer, o.RetryMaxAttempts = aws.NopRetryer{}, 0
		c.authenticate(&o.AuthSchemePreference, &o.BearerAuthTokenProvider)
	})
}

// control returns a client for the lists of models.
func (c connection) control() *bedrock.Client {
	return bedrock.NewFromConfig(c.config, func(o *bedrock.Options) {
		o.Retryer, o.RetryMaxAttempts = aws.NopRetryer{}, 0
		c.authenticate(&o.AuthSchemePreference, &o.BearerAuthTokenProvider)
	})
}

// The names of the SDK's ways to authenticate.
const (
	sigV4      = "sigv4"
	bearerAuth = "httpBearerAuth"
)

// authenticate sets how a client authenticates. Preferring signatures keeps
// AWS_BEARER_TOKEN_BEDROCK from winning, unsaid, over the profile or the account
// that the user chose.
func (c connection) authenticate(preference *[]string, token *bearer.TokenProvider) {
	switch {
	case c.settings.Profile != "" || c.account != nil:
		*preference = []string{sigV4}
	case c.key != "":
		*preference = []string{bearerAuth}
		*token = bearer.StaticTokenProvider{Token: bearer.Token{Value: c.key}}
	}
}

// isCancelled reports whether the SDK's error is only the end of ctx.
func isCancelled(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Canceled))
}
