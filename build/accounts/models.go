package main

import (
	"encoding/json"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// gitHubModels is GitHub Models before a server that speaks as OpenAI does. It
// answers nobody without a token that takes.
func gitHubModels(to *url.URL, takes func(token string) bool) http.Handler {
	inference := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Path = strings.TrimPrefix(r.In.URL.Path, "/inference")
			r.SetURL(to)
			r.Out.Header.Del("Authorization")
		},
		FlushInterval: -1,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /catalog/models", func(w http.ResponseWriter, r *http.Request) { catalog(w, r, to) })
	mux.Handle("/inference/", inference)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || !takes(token) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"code":"unauthorized","message":"Unauthorized","details":"Unauthorized"}}`))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// catalog lists the models in the form of GitHub's catalogue.
func catalog(w http.ResponseWriter, r *http.Request, from *url.URL) {
	type entry struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Tier         string   `json:"rate_limit_tier"`
		Inputs       []string `json:"supported_input_modalities"`
		Outputs      []string `json:"supported_output_modalities"`
		Capabilities []string `json:"capabilities"`
	}
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := read(r, from.JoinPath("models").String(), &list); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	entries := []entry{}
	for _, m := range list.Data {
		entries = append(entries, entry{ID: m.ID, Name: m.ID, Tier: "low", Inputs: []string{"text"}, Outputs: []string{"text"}, Capabilities: []string{"streaming", "tool-calling"}})
	}
	write(w, entries)
}

// read gets JSON from a server on this machine.
func read(r *http.Request, address string, into any) error {
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(into)
}
