package main

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/keel-ide/keel/backend/account/accounttest"
	"github.com/keel-ide/keel/backend/account/github/githubtest"
	"github.com/keel-ide/keel/backend/account/google/googletest"
	"github.com/keel-ide/keel/backend/account/identitycenter/awstest"
)

// options are those of the command line.
type options struct {
	bedrock, models, repositories string
	interval                      time.Duration // between two polls at GitHub
}

// Ids and the role as the settings name them.
const (
	gitHubID     = "Iv23liKeelInTheTests"
	gitHubSecret = "secret-of-the-client-at-github"
	googleRole   = "arn:aws:iam::123456789012:role/keel"
	region       = "us-east-1"
)

// service is a part of the world.
type service struct {
	name     string // in the paths of the controls
	hosts    []string
	handler  http.Handler
	settings map[string]any // with which Keel signs in there
	client   *client        // nil: none
	control  http.Handler   // what a test can change about it; nil: nothing
}

// client is what a test types in for Keel itself.
type client struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// services are those that there are.
func services(world *accounttest.World, o options) ([]service, error) {
	hub := githubtest.New(githubtest.Options{ClientID: gitHubID, ClientSecret: gitHubSecret, Interval: o.interval, Repositories: o.repositories})
	google, err := googletest.New(googletest.Options{})
	if err != nil {
		return nil, err
	}
	aws := awstest.New(awstest.Options{
		Region:     region,
		Trust:      map[string]awstest.Trust{googleRole: {Audience: google.ClientID()}},
		Identities: world.Client(),
	})
	all := []service{
		{
			name: "github", hosts: hub.Hosts(), handler: hub, control: gitHubControl(hub),
			settings: map[string]any{"keelAgent.accounts.githubClientIds": map[string]string{"github.com": gitHubID}},
			client:   &client{gitHubID, gitHubSecret},
		},
		{
			name: "google", hosts: googletest.Hosts(), handler: google.Handler(), control: googleControl(google),
			settings: map[string]any{"keelAgent.accounts.googleClientId": google.ClientID(), "keelAgent.bedrock.googleRole": googleRole},
			client:   &client{google.ClientID(), google.ClientSecret()},
		},
		{
			name: "aws", hosts: append(aws.Hosts(), "sts.*.amazonaws.com"), handler: aws, control: aws.Control(),
		},
	}
	if o.models != "" {
		to, err := url.Parse(o.models)
		if err != nil {
			return nil, fmt.Errorf("reading the address of the models: %w", err)
		}
		live := func(token string) bool { return hub.Live(token, "") }
		all = append(all, service{name: "models", hosts: []string{"models.github.ai"}, handler: gitHubModels(to, live)})
	}
	if o.bedrock != "" {
		to, err := url.Parse(o.bedrock)
		if err != nil {
			return nil, fmt.Errorf("reading the address of Bedrock: %w", err)
		}
		all = append(all, service{
			name: "bedrock", hosts: []string{"bedrock-runtime.*.amazonaws.com", "bedrock.*.amazonaws.com"},
			handler:  aws.Guard(forward(to)),
			settings: map[string]any{"keelAgent.bedrock.region": region},
		})
	}
	return all, nil
}

// forward hands requests on to a server on this machine, as they come and as it
// answers.
func forward(to *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Header.Del("Authorization") // it is for the real name
			r.Out.Header.Del("X-Amz-Security-Token")
		},
		FlushInterval: -1,
	}
}
