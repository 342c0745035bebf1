package main

import (
	"encoding/json"
	"net/http"

	"github.com/keel-ide/keel/backend/account/accounttest"
)

// control lets a test see and change the world:
//
//	GET  /requests   what the services were asked, without queries and headers
//	GET  /refused    the hosts that the proxy did not let through
//	POST /forget     empties both
//	GET  /secrets    every token and secret that was given out or shown so far
//	GET  /switches   what is wrong with the world
//	POST /switches   sets it, for connections from then on
//	     /NAME/...   a service's own
func control(world *accounttest.World, given *secrets, all []service) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) { write(w, orEmpty(world.Requests())) })
	mux.HandleFunc("GET /refused", func(w http.ResponseWriter, _ *http.Request) { write(w, orEmpty(world.Refused())) })
	mux.HandleFunc("POST /forget", func(w http.ResponseWriter, _ *http.Request) {
		world.Forget()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /secrets", func(w http.ResponseWriter, _ *http.Request) { write(w, orEmpty(given.all())) })
	mux.HandleFunc("GET /switches", func(w http.ResponseWriter, _ *http.Request) { write(w, world.Switches()) })
	mux.HandleFunc("POST /switches", func(w http.ResponseWriter, r *http.Request) {
		var to accounttest.Switches
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&to); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		world.Switch(to)
		w.WriteHeader(http.StatusNoContent)
	})
	for _, each := range all {
		if each.control != nil {
			mux.Handle("/"+each.name+"/", http.StripPrefix("/"+each.name, each.control))
		}
	}
	return mux
}

func orEmpty[Item any](items []Item) []Item {
	if items == nil {
		return []Item{}
	}
	return items
}

func write(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // to a client that may be gone
}
