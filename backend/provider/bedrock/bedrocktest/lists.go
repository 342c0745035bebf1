package bedrocktest

import (
	"net/http"
	"strconv"
)

// Model is an entry of ListFoundationModels.
type Model struct {
	ID                         string   `json:"modelId"`
	ARN                        string   `json:"modelArn"`
	Name                       string   `json:"modelName"`
	Provider                   string   `json:"providerName"`
	InputModalities            []string `json:"inputModalities"`
	OutputModalities           []string `json:"outputModalities"`
	InferenceTypesSupported    []string `json:"inferenceTypesSupported"`
	ResponseStreamingSupported bool     `json:"responseStreamingSupported"`
}

// Profile is an entry of ListInferenceProfiles.
type Profile struct {
	ID     string         `json:"inferenceProfileId"`
	ARN    string         `json:"inferenceProfileArn"`
	Name   string         `json:"inferenceProfileName"`
	Status string         `json:"status"` // "ACTIVE"
	Type   string         `json:"type"`   // "SYSTEM_DEFINED" or "APPLICATION"
	Models []ProfileModel `json:"models"`
}

// ProfileModel is a model behind a profile.
type ProfileModel struct {
	ARN string `json:"modelArn"`
}

// SetModels sets the lists. Profiles come two a page.
func (s *Server) SetModels(models []Model, profiles []Profile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.models, s.profiles = models, profiles
}

// RefuseList makes a list ("foundation-models" or "inference-profiles") fail.
func (s *Server) RefuseList(name string, fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[name] = fault
}

// pageSize is small so that every client has to turn pages.
const pageSize = 2

func (s *Server) listModels(w http.ResponseWriter, r *http.Request) {
	if s.refusesList(w, r, "foundation-models") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(toJSON(map[string]any{"modelSummaries": s.models}))
}

func (s *Server) listProfiles(w http.ResponseWriter, r *http.Request) {
	if s.refusesList(w, r, "inference-profiles") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	profiles := []Profile{}
	for _, profile := range s.profiles {
		if kind := r.URL.Query().Get("type"); kind == "" || kind == profile.Type {
			profiles = append(profiles, profile)
		}
	}
	first, _ := strconv.Atoi(r.URL.Query().Get("nextToken"))
	first = min(max(first, 0), len(profiles))
	last := min(first+pageSize, len(profiles))
	page := map[string]any{"inferenceProfileSummaries": profiles[first:last]}
	if last < len(profiles) {
		page["nextToken"] = strconv.Itoa(last)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(toJSON(page))
}

// refusesList records the request and writes the fault there is for it.
func (s *Server) refusesList(w http.ResponseWriter, r *http.Request, name string) bool {
	s.record(Request{Operation: name, Query: r.URL.Query(), Header: r.Header.Clone()})
	s.mu.Lock()
	fault, refused := s.refused[name]
	s.mu.Unlock()
	if refused {
		fault.write(w)
	}
	return refused
}
