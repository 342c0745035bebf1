package ollama

import "testing"

func TestAddress(t *testing.T) {
	for host, want := range map[string]string{
		"":                         "http://127.0.0.1:11434",
		"0.0.0.0":                  "http://127.0.0.1:11434",
		"0.0.0.0:1234":             "http://127.0.0.1:1234",
		":1234":                    "http://127.0.0.1:1234",
		"gpu":                      "http://gpu:11434",
		"gpu:1":                    "http://gpu:1",
		"http://gpu":               "http://gpu:80",
		"https://gpu.example.com/": "https://gpu.example.com:443",
		"https://gpu/ollama":       "https://gpu:443/ollama",
		"[::1]":                    "http://[::1]:11434",
		"[::]:9":                   "http://127.0.0.1:9",
		` "gpu:1" `:                "http://gpu:1",
	} {
		if got := address(host); got != want {
			t.Errorf("%q: %s, want %s", host, got, want)
		}
	}
}
