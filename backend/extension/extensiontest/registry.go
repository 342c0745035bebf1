// Package extensiontest makes packages of extensions and serves them on loopback
// as a registry does, for tests: the gallery protocol and the REST interface of
// Open VSX, with hashes and signatures. What a test wants to be wrong it changes in
// the answers.
package extensiontest

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Files are the files of an extension by path.
type Files map[string]string

// Manifest is a package.json that is good, with members changed.
func Manifest(publisher, name, version string, members map[string]any) string {
	all := map[string]any{
		"publisher": publisher, "name": name, "version": version,
		"engines": map[string]string{"vscode": "^1.80.0"}, "displayName": strings.ToUpper(name[:1]) + name[1:],
		"contributes": map[string]any{"themes": []any{}},
	}
	maps.Copy(all, members)
	text, err := json.Marshal(all)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Pack makes a package of a manifest and files.
func Pack(t testing.TB, manifest string, files Files) []byte {
	t.Helper()
	all := maps.Clone(files)
	if all == nil {
		all = Files{}
	}
	all["package.json"] = manifest
	return Zip(t, func(w *zip.Writer) {
		Put(t, w, "extension.vsixmanifest", `<PackageManifest><Metadata><Identity/></Metadata></PackageManifest>`)
		Put(t, w, "[Content_Types].xml", `<Types/>`)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			Put(t, w, "extension/"+name, all[name])
		}
	})
}

// Zip makes an archive.
func Zip(t testing.TB, fill func(*zip.Writer)) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	fill(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Put writes one file into an archive.
func Put(t testing.TB, w *zip.Writer, name, text string) {
	t.Helper()
	to, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// Version is one version in the registry.
type Version struct {
	Publisher, Name, Version string
	Platform                 string // empty: universal
	PreRelease               bool
	Verified, Unsigned       bool
	Unhashed                 bool // no checksum of it is given
	VSIX                     []byte
	Manifest                 string
	Files                    Files
	// SHA256 and Signature are those of VSIX where they are empty.
	SHA256    string
	Signature []byte
}

// Registry serves versions until the test ends.
type Registry struct {
	URL string
	Key ed25519.PrivateKey

	server *httptest.Server

	mu       sync.Mutex // guards what follows
	versions []Version
	asked    []string
	override map[string]http.HandlerFunc
}

// New starts a registry.
func New(t testing.TB) *Registry {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &Registry{Key: key, override: map[string]http.HandlerFunc{}}
	r.server = httptest.NewServer(http.HandlerFunc(r.serve))
	r.URL = r.server.URL
	t.Cleanup(r.server.Close)
	return r
}

// Close ends it before the test does.
func (r *Registry) Close() { r.server.Close() }

// Add adds a version whose package is made of its manifest and files, where it has
// none.
func (r *Registry) Add(t testing.TB, v Version, members map[string]any) Version {
	t.Helper()
	if v.Manifest == "" {
		v.Manifest = Manifest(v.Publisher, v.Name, v.Version, members)
	}
	if v.VSIX == nil {
		v.VSIX = Pack(t, v.Manifest, v.Files)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.versions = append(r.versions, v)
	return v
}

// Answer answers a path in the place of the registry.
func (r *Registry) Answer(path string, with http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.override[path] = with
}

// Asked are the paths that were asked for, in order.
func (r *Registry) Asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

// Sigzip is a signature of a package in the form of Open VSX.
func Sigzip(t testing.TB, key ed25519.PrivateKey, vsix []byte) []byte {
	t.Helper()
	return Zip(t, func(w *zip.Writer) {
		Put(t, w, ".signature.sig", string(ed25519.Sign(key, vsix)))
		Put(t, w, ".signature.manifest", "{}")
		Put(t, w, ".signature.p7s", "")
	})
}

func (r *Registry) serve(w http.ResponseWriter, request *http.Request) {
	path := request.URL.Path
	r.mu.Lock()
	r.asked = append(r.asked, path)
	override := r.override[path]
	r.mu.Unlock()
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case override != nil:
		override(w, request)
	case path == "/vscode/gallery/extensionquery":
		r.query(w, request)
	case len(parts) == 4 && parts[0] == "api":
		r.version(w, parts[1], parts[2], "", parts[3])
	case len(parts) == 5 && parts[0] == "api":
		r.version(w, parts[1], parts[2], parts[3], parts[4])
	case len(parts) == 6 && parts[0] == "files":
		r.file(w, parts[1:])
	case len(parts) == 6 && parts[0] == "vscode" && parts[1] == "asset":
		names := map[string]string{
			"Microsoft.VisualStudio.Code.Manifest": "manifest", "Microsoft.VisualStudio.Services.Content.Details": "readme",
			"Microsoft.VisualStudio.Services.Icons.Default": "icon", "Microsoft.VisualStudio.Services.VSIXPackage": "download",
		}
		platform := request.URL.Query().Get("targetPlatform")
		if platform == "" {
			platform = "universal"
		}
		r.file(w, []string{parts[2], parts[3], parts[4], platform, names[parts[5]]})
	default:
		http.NotFound(w, request)
	}
}

func (r *Registry) find(publisher, name, platform, version string) (Version, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range r.versions {
		same := strings.EqualFold(v.Publisher, publisher) && strings.EqualFold(v.Name, name) && v.Version == version
		if same && (platform == "" || platform == v.platform()) {
			return v, true
		}
	}
	return Version{}, false
}

func (v Version) platform() string {
	if v.Platform == "" {
		return "universal"
	}
	return v.Platform
}

func (r *Registry) version(w http.ResponseWriter, publisher, name, platform, version string) {
	v, ok := r.find(publisher, name, platform, version)
	if !ok {
		http.Error(w, `{"error":"not found"}`, http.StatusNotFound)
		return
	}
	base := strings.Join([]string{r.URL, "files", v.Publisher, v.Name, v.Version, v.platform()}, "/") + "/"
	files := map[string]string{"download": base + "download", "manifest": base + "manifest", "sha256": base + "sha256"}
	if v.Unhashed {
		delete(files, "sha256")
	}
	if !v.Unsigned {
		files["signature"], files["publicKey"] = base+"signature", base+"publicKey"
	}
	answer(w, map[string]any{
		"namespace": v.Publisher, "name": v.Name, "version": v.Version, "targetPlatform": v.platform(),
		"displayName": v.Name, "namespaceDisplayName": v.Publisher, "verified": v.Verified, "files": files,
	})
}

func (r *Registry) file(w http.ResponseWriter, parts []string) {
	v, ok := r.find(parts[0], parts[1], parts[3], parts[2])
	if !ok {
		http.Error(w, "no such version", http.StatusNotFound)
		return
	}
	switch parts[4] {
	case "download":
		_, _ = w.Write(v.VSIX)
	case "manifest":
		_, _ = w.Write([]byte(v.Manifest))
	case "sha256":
		sum := sha256.Sum256(v.VSIX)
		text := hex.EncodeToString(sum[:])
		if v.SHA256 != "" {
			text = v.SHA256
		}
		_, _ = w.Write([]byte(text))
	case "signature":
		signature := v.Signature
		if signature == nil {
			var out bytes.Buffer
			archive := zip.NewWriter(&out)
			to, err := archive.Create(".signature.sig")
			if err == nil {
				_, err = to.Write(ed25519.Sign(r.Key, v.VSIX))
			}
			if err != nil || archive.Close() != nil {
				http.Error(w, "no signature", http.StatusInternalServerError)
				return
			}
			signature = out.Bytes()
		}
		_, _ = w.Write(signature)
	case "publicKey":
		raw, err := x509.MarshalPKIXPublicKey(r.Key.Public())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = pem.Encode(w, &pem.Block{Type: "PUBLIC KEY", Bytes: raw})
	case "readme", "icon":
		name := map[string]string{"readme": "README.md", "icon": "icon.png"}[parts[4]]
		text, ok := v.Files[name]
		if !ok {
			http.Error(w, "no such file", http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(text))
	default:
		http.Error(w, "no such file", http.StatusNotFound)
	}
}

// query answers what names an extension, or everything.
func (r *Registry) query(w http.ResponseWriter, request *http.Request) {
	var asked struct {
		Filters []struct {
			Criteria []struct {
				Type  int    `json:"filterType"`
				Value string `json:"value"`
			} `json:"criteria"`
		} `json:"filters"`
	}
	if err := json.NewDecoder(request.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	wanted := map[string]bool{}
	for _, filter := range asked.Filters {
		for _, c := range filter.Criteria {
			if c.Type == 7 {
				wanted[strings.ToLower(c.Value)] = true
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	byID := map[string]map[string]any{}
	var order []any
	for _, v := range r.versions {
		id := strings.ToLower(v.Publisher + "." + v.Name)
		if len(wanted) > 0 && !wanted[id] {
			continue
		}
		if byID[id] == nil {
			byID[id] = map[string]any{
				"extensionName": v.Name, "displayName": v.Name, "extensionId": id, "versions": []any{},
				"publisher": map[string]any{"publisherName": v.Publisher, "displayName": v.Publisher},
			}
			order = append(order, byID[id])
		}
		properties := []map[string]string{{"key": "Microsoft.VisualStudio.Code.Engine", "value": engineOf(v.Manifest)}}
		if v.PreRelease {
			properties = append(properties, map[string]string{"key": "Microsoft.VisualStudio.Code.PreRelease", "value": "true"})
		}
		base := r.URL + "/vscode/asset/" + v.Publisher + "/" + v.Name + "/" + v.Version
		byID[id]["versions"] = append(byID[id]["versions"].([]any), map[string]any{
			"version": v.Version, "targetPlatform": v.platform(), "properties": properties, "assetUri": base, "fallbackAssetUri": base,
			"files": []map[string]string{{"assetType": "Microsoft.VisualStudio.Code.Manifest", "source": base + "/file"}},
		})
	}
	answer(w, map[string]any{"results": []any{map[string]any{"extensions": order, "resultMetadata": []any{}}}})
}

func engineOf(manifest string) string {
	var m struct {
		Engines map[string]string `json:"engines"`
	}
	if json.Unmarshal([]byte(manifest), &m) != nil {
		return ""
	}
	return m.Engines["vscode"]
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
