package githubtest

import (
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
)

// Git serves the bare repositories below root as github.com does: at
// /OWNER/REPO.git, over git's smart protocol, to whoever check lets in. What
// serves is git's own http-backend, so a client meets the real thing.
func Git(root string, check func(user, password string) bool) http.Handler {
	git, err := exec.LookPath("git")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		user, password, given := r.BasicAuth()
		if !given || !check(user, password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
			http.Error(w, "Repository not found.", http.StatusUnauthorized)
			return
		}
		serve := cgi.Handler{
			Path: git,
			Args: []string{"http-backend"},
			Dir:  root,
			Env: []string{
				"GIT_PROJECT_ROOT=" + filepath.Clean(root),
				"GIT_HTTP_EXPORT_ALL=1",
				"GIT_CONFIG_NOSYSTEM=1",
				"HOME=" + root,
				"REMOTE_USER=" + user, // whoever is known may push
			},
			InheritEnv: []string{"PATH"},
			Stderr:     os.Stderr,
		}
		serve.ServeHTTP(w, r)
	})
}
