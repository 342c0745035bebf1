package folder

import "testing"

func TestWithoutCredentials(t *testing.T) {
	tests := []struct {
		address, want string
		secret        bool
	}{
		{"https://example.com/x.git", "https://example.com/x.git", false},
		{"https://token@example.com/x.git", "https://example.com/x.git", true},
		{"https://me:token@example.com:8443/x.git", "https://example.com:8443/x.git", true},
		{"https://example.com/x.git?token=t#t", "https://example.com/x.git", true},
		{"https://me:to/k@en@example.com/%zz", "https://example.com/%zz", true},
		{"ssh://git@example.com/x.git", "ssh://git@example.com/x.git", false},
		{"ssh://git:pass@example.com/x.git", "ssh://example.com/x.git", true},
		{"git@example.com:x.git", "git@example.com:x.git", false},
		{"me:pass@example.com:x.git", "example.com:x.git", true},
		{"../other", "../other", false},
		{"/srv/x.git", "/srv/x.git", false},
	}
	for _, test := range tests {
		if got, secret := withoutCredentials(test.address); got != test.want || secret != test.secret {
			t.Errorf("%s: %s, %v, want %s, %v", test.address, got, secret, test.want, test.secret)
		}
	}
}
