package githubtest

import (
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Web is github.com, or the pages of an Enterprise host.
func (g *GitHub) Web() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login/device/code", g.newDevice)
	mux.HandleFunc("POST /login/oauth/access_token", g.newToken)
	mux.HandleFunc("GET /login/device", g.askCode)
	mux.HandleFunc("POST /login/device", g.takeCode)
	mux.HandleFunc("POST /login/device/authorize", g.decideDevice)
	mux.HandleFunc("GET /login/oauth/authorize", g.askAuthorize)
	mux.HandleFunc("POST /login/oauth/authorize", g.decideAuthorize)
	if g.options.Repositories != "" {
		git := Git(g.options.Repositories, func(_, password string) bool { return g.Live(password, "repo") })
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, ".git/") {
				git.ServeHTTP(w, r)
				return
			}
			mux.ServeHTTP(w, r)
		})
	}
	return mux
}

// pages are those of the sign-in.
const pages = `{{define "top"}}<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{.Title}}</title></head><body><main><h1>{{.Title}}</h1>{{with .Text}}<p>{{.}}</p>{{end}}{{end}}
{{define "say"}}{{template "top" .}}</main></body></html>{{end}}
{{define "code"}}{{template "top" .}}<form method="post" action="/login/device"><label>Code <input name="user_code" autocomplete="off" required></label> <button>Continue</button></form></main></body></html>{{end}}
{{define "decide"}}{{template "top" .}}<form method="post" action="{{.Action}}">{{range $name, $value := .Fields}}<input type="hidden" name="{{$name}}" value="{{$value}}">{{end}}<button name="decision" value="authorize">Authorize</button> <button name="decision" value="cancel">Cancel</button></form></main></body></html>{{end}}`

type page struct {
	Title, Text, Action string
	Fields              map[string]string
}

func show(w http.ResponseWriter, status int, name string, p page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = template.Must(template.New("").Parse(pages)).ExecuteTemplate(w, name, p)
}

func (g *GitHub) askCode(w http.ResponseWriter, _ *http.Request) {
	show(w, http.StatusOK, "code", page{Title: "Device activation", Text: "Enter the code displayed on your device"})
}

// pending is the code that a person typed in, if it waits for a decision; mu is
// held.
func (g *GitHub) pending(user string) *device {
	for _, d := range g.devices {
		if d.user == strings.ToUpper(strings.TrimSpace(user)) && d.decision == "" && g.options.Now().Before(d.until) {
			return d
		}
	}
	return nil
}

func (g *GitHub) takeCode(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := g.pending(r.FormValue("user_code"))
	if d == nil {
		show(w, http.StatusOK, "code", page{Title: "Device activation", Text: "That code is not valid or has expired"})
		return
	}
	show(w, http.StatusOK, "decide", page{
		Title: "Authorize Keel", Text: "Keel would like permission to: " + strings.Join(d.scopes, ", "),
		Action: "/login/device/authorize", Fields: map[string]string{"user_code": d.user},
	})
}

func (g *GitHub) decideDevice(w http.ResponseWriter, r *http.Request) {
	if !g.Decide(r.FormValue("user_code"), r.FormValue("decision") == "authorize") {
		show(w, http.StatusNotFound, "say", page{Title: "Not found", Text: "That code is not valid or has expired"})
		return
	}
	if r.FormValue("decision") == "authorize" {
		show(w, http.StatusOK, "say", page{Title: "Congratulations, you're all set!", Text: "Your device is now connected."})
		return
	}
	show(w, http.StatusOK, "say", page{Title: "Cancelled", Text: "Your device was not connected."})
}

// Decide does what a person does on the page of the device flow. It tells
// whether a code waited for a decision.
func (g *GitHub) Decide(userCode string, authorize bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := g.pending(userCode)
	if d == nil {
		return false
	}
	d.decision = "cancel"
	if authorize {
		d.decision = "authorize"
	}
	return true
}

// wrong tells what is wrong with a request for authorisation.
func (g *GitHub) wrong(form url.Values) string {
	redirect, err := url.Parse(form.Get("redirect_uri"))
	registered, _ := url.Parse(Callback)
	switch {
	case form.Get("client_id") != g.options.ClientID:
		return "There is no such application."
	case err != nil, redirect.Scheme != "http", !loops(redirect.Hostname()), redirect.Path != registered.Path:
		return "Be careful! The redirect_uri is not associated with this application."
	case form.Get("code_challenge_method") != "" && form.Get("code_challenge_method") != "S256",
		(form.Get("code_challenge") == "") != (form.Get("code_challenge_method") == ""),
		form.Get("code_challenge") != "" && len(form.Get("code_challenge")) != 43:
		return "The code_challenge is not valid."
	}
	return ""
}

func loops(host string) bool {
	at := net.ParseIP(host)
	return at != nil && at.IsLoopback() || host == "localhost"
}

func (g *GitHub) askAuthorize(w http.ResponseWriter, r *http.Request) {
	form := r.URL.Query()
	if wrong := g.wrong(form); wrong != "" {
		show(w, http.StatusBadRequest, "say", page{Title: "Not found", Text: wrong})
		return
	}
	fields := map[string]string{}
	for _, name := range []string{"client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"} {
		fields[name] = form.Get(name)
	}
	show(w, http.StatusOK, "decide", page{
		Title: "Authorize Keel", Text: "Keel would like permission to: " + form.Get("scope"),
		Action: "/login/oauth/authorize", Fields: fields,
	})
}

func (g *GitHub) decideAuthorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if wrong := g.wrong(r.PostForm); wrong != "" {
		show(w, http.StatusBadRequest, "say", page{Title: "Not found", Text: wrong})
		return
	}
	back, err := url.Parse(r.PostForm.Get("redirect_uri"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	query := back.Query()
	query.Set("state", r.PostForm.Get("state"))
	if r.PostForm.Get("decision") == "authorize" {
		code := strings.ToLower(secret(20))
		g.with(func() {
			g.codes[code] = &webCode{
				scopes: strings.Fields(r.PostForm.Get("scope")), redirect: r.PostForm.Get("redirect_uri"),
				challenge: r.PostForm.Get("code_challenge"), until: g.options.Now().Add(codeLife),
			}
		})
		query.Set("code", code)
	} else {
		query.Set("error", "access_denied")
		query.Set("error_description", "The user has denied your application access.")
	}
	back.RawQuery = query.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}
