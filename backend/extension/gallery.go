package extension

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// MostQuery is how many bytes a query of the workbench may have.
const MostQuery = 256 << 10

// The properties of a version that are shown, with their limits. Packages are not
// among them: only an installation fetches those.
func assets() map[string]int64 {
	const services = "Microsoft.VisualStudio.Services."
	return map[string]int64{
		services + "Icons.Default":             2 << 20,
		services + "Content.Details":           4 << 20,
		services + "Content.Changelog":         4 << 20,
		services + "Content.License":           1 << 20,
		"Microsoft.VisualStudio.Code.Manifest": mostManifest,
	}
}

// originForm is a bare origin.
var originForm = regexp.MustCompile(`^(?:https?|wails)://[0-9A-Za-z.-]{1,100}(?::\d{1,5})?$`)

// Query passes a query of the workbench on to the registry. In its answer, the
// addresses of files lead below origin, so that the page asks the registry nothing.
func (e *Extensions) Query(ctx context.Context, query []byte, origin string) ([]byte, error) {
	if !originForm.MatchString(origin) {
		return nil, &Error{Message: "The query names no place to send files to.", Err: ErrNotFound}
	}
	if len(query) > MostQuery || !json.Valid(query) {
		return nil, &Error{Message: "This query cannot be sent to a registry.", Err: ErrNotFound}
	}
	r, err := e.registry()
	if err != nil {
		return nil, err
	}
	data, err := r.query(ctx, query)
	if err != nil {
		return nil, err
	}
	return rewrite(r.base, data, func(answer map[string]any) {
		for _, result := range objects(answer["results"]) {
			kept := []any{}
			for _, each := range objects(result["extensions"]) {
				if lead(each, origin) {
					kept = append(kept, each)
				}
			}
			result["extensions"] = kept
		}
	})
}

// Latest is [Extensions.Query] for the newest versions of one extension.
func (e *Extensions) Latest(ctx context.Context, publisher, name, origin string) ([]byte, error) {
	if !originForm.MatchString(origin) || !validName(publisher) || !validName(name) {
		return nil, &Error{Message: "This is not the name of an extension.", Err: ErrNotFound}
	}
	r, err := e.registry()
	if err != nil {
		return nil, err
	}
	data, _, err := e.reach.answer(ctx, r.base, http.MethodGet, r.path("vscode", "gallery", publisher, name, "latest"), nil, mostAnswer)
	if err != nil {
		return nil, err
	}
	return rewrite(r.base, data, func(answer map[string]any) {
		if !lead(answer, origin) {
			clear(answer)
		}
	})
}

// rewrite changes an answer, whose numbers stay as they are.
func rewrite(base *url.URL, data []byte, change func(map[string]any)) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var answer map[string]any
	if err := decoder.Decode(&answer); err != nil || answer == nil {
		return nil, down(base, errors.New("its answer is not one of a registry"))
	}
	change(answer)
	return json.Marshal(answer)
}

// objects are the objects in a list.
func objects(value any) []map[string]any {
	list, _ := value.([]any)
	var all []map[string]any
	for _, each := range list {
		if object, ok := each.(map[string]any); ok {
			all = append(all, object)
		}
	}
	return all
}

func text(object map[string]any, key string) string {
	value, _ := object[key].(string)
	return value
}

// lead leads the files of an extension below origin, makes what is shown of it
// plain, and marks it. It is false for what cannot be an extension.
func lead(extension map[string]any, origin string) bool {
	publisher, _ := extension["publisher"].(map[string]any)
	name, by := text(extension, "extensionName"), text(publisher, "publisherName")
	if !validName(name) || !validName(by) {
		return false
	}
	for _, shown := range []map[string]any{extension, publisher} {
		for _, key := range []string{"displayName", "shortDescription"} {
			if value, ok := shown[key].(string); ok {
				shown[key] = Plain(value, mostDescription)
			}
		}
	}
	versions := []any{}
	for _, version := range objects(extension["versions"]) {
		number := text(version, "version")
		if !validVersion(number) {
			continue
		}
		base := origin + "/keel/gallery/asset/" + by + "/" + name + "/" + url.PathEscape(number)
		for _, key := range []string{"assetUri", "fallbackAssetUri"} {
			if _, ok := version[key]; ok {
				version[key] = base
			}
		}
		for _, file := range objects(version["files"]) {
			file["source"] = base + "/" + url.PathEscape(text(file, "assetType"))
		}
		versions = append(versions, version)
	}
	if _, ok := extension["versions"]; ok {
		extension["versions"] = versions
	}
	mark(extension)
	return true
}

// Asset is a picture or a text of a version.
type Asset struct {
	Type string // its media type: a picture's, application/json or text/plain
	Data []byte
}

// Asset fetches a picture or a text of a version, or has it at hand already.
func (e *Extensions) Asset(ctx context.Context, publisher, name, version, kind, platform string) (Asset, error) {
	most, known := assets()[kind]
	if !known || !validName(publisher) || !validName(name) || !validVersion(version) || !portable(platform) && !platformForm.MatchString(platform) {
		return Asset{}, &Error{Message: "The registry has no such file.", Err: ErrNotFound}
	}
	r, err := e.registry()
	if err != nil {
		return Asset{}, err
	}
	at := r.path("vscode", "asset", publisher, name, version, kind)
	if platform != "" && platform != "undefined" && platform != "unknown" {
		at.RawQuery = url.Values{"targetPlatform": {platform}}.Encode()
	}
	key := strings.ToLower(at.String())
	if data, kind, ok := e.cache.get(key); ok {
		return Asset{kind, data}, nil
	}
	data, header, err := e.reach.answer(ctx, r.base, http.MethodGet, at, nil, most)
	if err != nil {
		return Asset{}, err
	}
	asset := Asset{assetType(kind, header.Get("Content-Type"), data), data}
	if kind == "Microsoft.VisualStudio.Code.Manifest" {
		asset.Data = []byte(tame(data))
	}
	e.cache.put(key, asset.Type, asset.Data)
	return asset, nil
}

// platformForm is the name of a platform that Keel need not know.
var platformForm = regexp.MustCompile(`^[0-9a-z-]{1,40}$`)

// assetType is the media type in which the page gets a file: never one that is
// anything but a picture or a text.
func assetType(kind, said string, data []byte) string {
	switch {
	case strings.HasSuffix(kind, ".Manifest"):
		return "application/json"
	case !strings.HasSuffix(kind, ".Icons.Default"):
		return "text/plain; charset=utf-8"
	}
	if sniffed := http.DetectContentType(data); strings.HasPrefix(sniffed, "image/") {
		return sniffed
	}
	if parsed, _, err := mime.ParseMediaType(said); err == nil && parsed == "image/svg+xml" || bytes.Contains(data[:min(len(data), 1024)], []byte("<svg")) {
		return "image/svg+xml"
	}
	return "application/octet-stream"
}
