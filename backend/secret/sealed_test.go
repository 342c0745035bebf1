package secret

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLargeSecret(t *testing.T) {
	path, k := filepath.Join(t.TempDir(), "secrets"), &fake{}
	s := at(path, k)
	big := strings.Repeat("secret!", 200_000/7)
	put(t, s, "account:x", big, InKeychain)
	want(t, at(path, k), "account:x", big)
	first := onDisk(t, path, "secret!secret!")
	if len(first) != 1 || strings.Contains(first[0], "account") {
		t.Fatalf("files %v", first)
	}
	put(t, s, "account:x", big+"2", InKeychain)
	want(t, at(path, k), "account:x", big+"2")
	if second := onDisk(t, path, "secret!secret!"); len(second) != 1 || second[0] == first[0] {
		t.Errorf("replaced: files %v", second)
	}
	put(t, s, "account:x", "small", InKeychain)
	if left := onDisk(t, path); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	put(t, s, "account:x", big, InKeychain)
	ok(t, s.Remove(t.Context(), "account:x"))
	want(t, at(path, k), "account:x", "")
	if left := onDisk(t, path); len(left) > 0 || len(k.kept) > 0 || s.State().Kept != 0 {
		t.Errorf("left over: %v, %d in the keychain, %+v", left, len(k.kept), s.State())
	}
	if _, _, err := s.Set(t.Context(), "a", strings.Repeat("x", largest+1)); !wellSaid(err) {
		t.Errorf("too large: %v", err)
	}
}

// A secret that looks like a pointer to a file is a secret all the same.
// The form on the disk knows text only: other names would come back as one.
func TestHostileNames(t *testing.T) {
	s := at(t.TempDir(), &fake{})
	for _, name := range []string{"\xff", "a\xfe", strings.Repeat("n", 5000)} {
		if _, _, err := s.Set(t.Context(), name, "value"); err == nil {
			t.Errorf("%.10q was taken", name)
		}
	}
	for _, name := range []string{"", "\x00", "../../x", "a\nb"} {
		put(t, s, name, "value", InKeychain)
		want(t, s, name, "value")
	}
}

func TestSecretLikeAPointer(t *testing.T) {
	path, k := t.TempDir(), &fake{}
	where, _, err := sealItem("a", "b")
	ok(t, err)
	for _, value := range []string{where.String(), pointerStart, pointerOne + "../../../etc/passwd:AAAA", "\xff\x00"} {
		put(t, at(path, k), "a", value, InKeychain)
		want(t, at(path, k), "a", value)
	}
}

func TestDamagedAndExchangedFiles(t *testing.T) {
	path, k := t.TempDir(), &fake{}
	s := at(path, k)
	one, two := strings.Repeat("1", 5000), strings.Repeat("2", 5000)
	put(t, s, "one", one, InKeychain)
	file := onDisk(t, path)[0]
	old, err := os.ReadFile(filepath.Join(path, file))
	ok(t, err)
	put(t, s, "two", two, InKeychain)
	put(t, s, "one", one+"new", InKeychain)
	files := onDisk(t, path)
	list, err := s.folder.readIndex()
	ok(t, err)
	mine, other := list.Names["one"][0], list.Names["two"][0]
	good, err := os.ReadFile(filepath.Join(path, mine))
	ok(t, err)
	foreign, err := os.ReadFile(filepath.Join(path, other))
	ok(t, err)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-1] ^= 1
	later := bytes.Clone(good)
	later[len(itemMagic)]++
	for what, data := range map[string][]byte{
		"cut": good[:len(good)/2], "flipped": flipped, "empty": {}, "another's": foreign, "an older one": old, "later": later, "text": []byte("hello"),
	} {
		ok(t, os.WriteFile(filepath.Join(path, mine), data, 0o600))
		got, err := at(path, k).Get(t.Context(), "one")
		if got != "" || !errors.Is(err, ErrDamaged) || !wellSaid(err) {
			t.Errorf("%s: got %.20q, %v", what, got, err)
		}
	}
	ok(t, os.WriteFile(filepath.Join(path, mine), good, 0o600))
	want(t, at(path, k), "one", one+"new")
	ok(t, os.Remove(filepath.Join(path, mine)))
	if got, err := at(path, k).Get(t.Context(), "one"); got != "" || !wellSaid(err) {
		t.Errorf("missing: %q, %v", got, err)
	}
	want(t, at(path, k), "two", two)
	if len(files) != 2 {
		t.Errorf("files %v", files)
	}
	put(t, s, "one", one, InKeychain) // entering it again helps
	want(t, at(path, k), "one", one)
}

// The key and the name are both bound to the file.
func TestNameIsBound(t *testing.T) {
	where, data, err := sealItem("one", "value")
	ok(t, err)
	if got, err := unsealItem(where.key, data, "one"); got != "value" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := unsealItem(where.key, data, "two"); got != "" || err == nil {
		t.Errorf("under another name: %q, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	where, data, err := sealItem("a", "value")
	ok(f, err)
	f.Add([]byte(where.String()))
	f.Add(data)
	v := &vault{head: vaultHead{Version: 1, KDF: vaultKDF, cost: cheap, Salt: random(saltSize), Check: random(32)}, key: random(keySize), values: map[string]string{"a": "b"}}
	file, err := v.seal()
	ok(f, err)
	f.Add(file)
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, sealed := parsePointer(string(data)); sealed && p.file != "" && (p.String() != string(data) || !isItemFile(p.file)) {
			t.Errorf("%q became %q", data, p)
		}
		if got, err := unsealItem(where.key, data, "a"); err == nil && got != "value" {
			t.Errorf("opened %q", got)
		}
		form, err := parseVault(data)
		if err != nil {
			return
		}
		if !form.acceptable() || form.Memory > 1<<20 {
			t.Errorf("takes %+v", form.cost)
		}
		if opened, err := form.open(v.key); err == nil && !maps.Equal(opened.values, v.values) {
			t.Errorf("opened %v", opened.values)
		}
	})
}
