package extension

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// registry speaks with Open VSX, or with what serves its interface: the gallery
// protocol of VS Code below /vscode and the REST interface below /api, as
// github.com/eclipse/openvsx describes them.
type registry struct {
	base  *url.URL
	reach *reach
}

// Flags of a query of the gallery protocol.
const (
	withVersions   = 0x1
	withProperties = 0x10
	byName         = 7 // a criterion
	versionsAtOnce = 1
)

// Properties of a version in the gallery protocol.
const (
	propertyPreRelease = "Microsoft.VisualStudio.Code.PreRelease"
	propertyEngine     = "Microsoft.VisualStudio.Code.Engine"
)

// published is one version of an extension as the registry knows it.
type published struct {
	Namespace     string            `json:"namespace"`
	Name          string            `json:"name"`
	Version       string            `json:"version"`
	Platform      string            `json:"targetPlatform"`
	DisplayName   string            `json:"displayName"`
	PublisherName string            `json:"namespaceDisplayName"`
	Verified      bool              `json:"verified"`
	Files         map[string]string `json:"files"`
}

// version is one version in an answer of the gallery protocol.
type version struct {
	Version    string `json:"version"`
	Platform   string `json:"targetPlatform"`
	Properties []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"properties"`
}

func (v version) property(key string) string {
	for _, each := range v.Properties {
		if each.Key == key {
			return each.Value
		}
	}
	return ""
}

// path is an address below the registry's.
func (r *registry) path(parts ...string) *url.URL { return r.base.JoinPath(parts...) }

// query asks in the gallery protocol. Whatever does not know that is no registry.
func (r *registry) query(ctx context.Context, body []byte) ([]byte, error) {
	data, _, err := r.reach.answer(ctx, r.base, http.MethodPost, r.path("vscode", "gallery", "extensionquery"), body, mostAnswer)
	if errors.Is(err, ErrNotFound) {
		return nil, down(r.base, errors.New("what answers there is no registry of extensions"))
	}
	return data, err
}

// versions asks for every version of an extension, the newest first.
func (r *registry) versions(ctx context.Context, id string) ([]version, error) {
	type criterion struct {
		Type  int    `json:"filterType"`
		Value string `json:"value"`
	}
	type filter struct {
		Criteria []criterion `json:"criteria"`
		Page     int         `json:"pageNumber"`
		Size     int         `json:"pageSize"`
	}
	body, err := json.Marshal(struct {
		Filters []filter `json:"filters"`
		Flags   int      `json:"flags"`
	}{[]filter{{[]criterion{{byName, id}}, 1, versionsAtOnce}}, withVersions | withProperties})
	if err != nil {
		return nil, err
	}
	data, err := r.query(ctx, body)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Results []struct {
			Extensions []struct {
				Name      string `json:"extensionName"`
				Publisher struct {
					Name string `json:"publisherName"`
				} `json:"publisher"`
				Versions []version `json:"versions"`
			} `json:"extensions"`
		} `json:"results"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, down(r.base, errors.New("its answer is not one of a registry"))
	}
	for _, result := range answer.Results {
		for _, each := range result.Extensions {
			if sameID(each.Publisher.Name+"."+each.Name, id) {
				found := slices.DeleteFunc(each.Versions, func(v version) bool { return !validVersion(v.Version) })
				slices.SortStableFunc(found, func(a, b version) int { return compareVersions(b.Version, a.Version) })
				return found, nil
			}
		}
	}
	return nil, nil
}

// choose returns the version that the workbench would choose: the newest that
// works here, no pre-release unless that was asked for. Where none works it is the
// newest, so that what is wrong with it can be said.
func choose(all []version, preRelease bool) (version, bool) {
	for _, v := range all {
		works, known := engine(v.property(propertyEngine))
		if v.property(propertyEngine) != "" && (!works || !known) || !portable(v.Platform) {
			continue
		}
		if preRelease || v.property(propertyPreRelease) != "true" {
			return v, true
		}
	}
	if len(all) == 0 {
		return version{}, false
	}
	return all[0], true
}

// find returns one version of an extension; without a version the one to choose.
func (r *registry) find(ctx context.Context, id, wanted string, preRelease bool) (published, error) {
	publisher, name, ok := splitID(id)
	if !ok || wanted != "" && !validVersion(wanted) {
		named := strings.TrimSuffix(id+"@"+wanted, "@")
		return published{}, &Error{
			Message: Plain(named, 2*mostName) + " is not the name of an extension.",
			Hint:    "Name it as publisher.name, or with a version as publisher.name@1.2.3.", Err: ErrNotFound,
		}
	}
	platform := ""
	if wanted == "" {
		all, err := r.versions(ctx, id)
		if err != nil {
			return published{}, err
		}
		chosen, ok := choose(all, preRelease)
		if !ok {
			return published{}, r.missing(id, "")
		}
		wanted = chosen.Version
		if chosen.Platform == "web" {
			platform = "web"
		}
	}
	found, err := r.version(ctx, publisher, name, platform, wanted)
	// A version that is there for many platforms answers with any of them.
	for _, other := range []string{"universal", "web"} {
		if err == nil && !portable(found.Platform) {
			if better, missing := r.version(ctx, publisher, name, other, wanted); missing == nil && portable(better.Platform) {
				found = better
			}
		}
	}
	if errors.Is(err, ErrNotFound) {
		return published{}, r.missing(id, wanted)
	}
	if err != nil {
		return published{}, err
	}
	if !sameID(found.Namespace+"."+found.Name, id) || found.Version != wanted {
		return published{}, down(r.base, errors.New("it answers with another extension than was asked for"))
	}
	return found, nil
}

func (r *registry) version(ctx context.Context, publisher, name, platform, version string) (published, error) {
	parts := []string{"api", publisher, name}
	if platform != "" {
		parts = append(parts, platform)
	}
	data, _, err := r.reach.answer(ctx, r.base, http.MethodGet, r.path(append(parts, version)...), nil, mostAnswer)
	if err != nil {
		return published{}, err
	}
	var found published
	if err := json.Unmarshal(data, &found); err != nil {
		return published{}, down(r.base, errors.New("its answer is not one of a registry"))
	}
	return found, nil
}

func (r *registry) missing(id, version string) error {
	what := Plain(id, 2*mostName)
	if version != "" {
		what += " " + Plain(version, longestVersion)
	}
	return &Error{
		Message: "The registry at " + r.base.Host + " does not have " + what + ".",
		Hint:    "Check the name; what is in Microsoft's marketplace is not always here.", Err: ErrNotFound,
	}
}

// file is the address of a file of a version; nil where there is none.
func (r *registry) file(p published, name string) (*url.URL, error) {
	address := strings.TrimSpace(p.Files[name])
	if address == "" {
		return nil, nil
	}
	at, err := r.base.Parse(address)
	if err != nil {
		return nil, down(r.base, errors.New("it names an address that cannot be read"))
	}
	return at, nil
}

// small reads a file of a version that is not large; nil where there is none.
func (r *registry) small(ctx context.Context, p published, name string, most int64) ([]byte, error) {
	at, err := r.file(p, name)
	if at == nil || err != nil {
		return nil, err
	}
	data, _, err := r.reach.answer(ctx, r.base, http.MethodGet, at, nil, most)
	return data, err
}
