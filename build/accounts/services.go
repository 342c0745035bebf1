package main

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/keel-ide/keel/backend/account/accounttest"
)

// options are those of the command line.
type options struct {
	bedrock, models string
}

// service is a part of the world.
type service struct {
	name     string // in the paths of the controls
	hosts    []string
	handler  http.Handler
	settings map[string]any // with which Keel signs in there
	control  http.Handler   // what a test can change about it; nil: nothing
}

// services are those that there are. Secrets are known by what was given out.
func services(world *accounttest.World, given *secrets, o options) ([]service, error) {
	var all []service
	if o.models != "" {
		to, err := url.Parse(o.models)
		if err != nil {
			return nil, fmt.Errorf("reading the address of the models: %w", err)
		}
		all = append(all, service{name: "models", hosts: []string{"models.github.ai"}, handler: gitHubModels(to, given.has)})
	}
	if o.bedrock != "" {
		to, err := url.Parse(o.bedrock)
		if err != nil {
			return nil, fmt.Errorf("reading the address of Bedrock: %w", err)
		}
		all = append(all, service{
			name: "bedrock", hosts: []string{"bedrock-runtime.*.amazonaws.com", "bedrock.*.amazonaws.com"},
			handler: forward(to),
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
