package awstest

import (
	"errors"
	"html/template"
	"net/http"
)

const form = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>AWS access portal</title>
<main><h1>AWS access portal</h1>
{{if .Done}}<p role="status">{{.Done}}</p>{{else}}
<form method="post">
<label>Code <input name="user_code" value="{{.Code}}" autocomplete="off" required></label>
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny">Deny</button>
</form>{{end}}
</main></html>
`

// page serves the page where a person types the code in.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/start/device" {
		http.NotFound(w, r)
		return
	}
	shown := struct{ Code, Done string }{Code: r.URL.Query().Get("user_code")}
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		if err := s.Answer(r.PostFormValue("user_code"), r.PostFormValue("answer") == "allow"); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			shown.Done = "This code is not known or has ended."
		} else {
			shown.Done = "You can close this window."
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = template.Must(template.New("device").Parse(form)).Execute(w, shown) // to a browser that may be gone
}

// ErrCode is for a code that is not known, was answered, or has ended.
var ErrCode = errors.New("the code is not known")

// Answer allows or denies a sign-in by its code, as the page does.
func (s *Server) Answer(user string, allow bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, each := range s.devices {
		if each.user == user && !each.allowed && !each.denied && s.options.Now().Before(each.ends) {
			each.allowed, each.denied = allow, !allow
			return nil
		}
	}
	return ErrCode
}
