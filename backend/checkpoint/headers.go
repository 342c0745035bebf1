package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// header is what is kept of a checkpoint beside its tree: one file each, never
// changed once written.
type header struct {
	Checkpoint
	Number int64 `json:"number"` // counts up; the newest has the highest
}

// headers is the folder of header files. What was read once is remembered.
// Store.busy guards it.
type headers struct {
	folder string
	log    *slog.Logger
	known  map[string]header
}

const headerSuffix = ".json"

// list returns all headers, the oldest first. A damaged one is left out, and
// said so in the log.
func (h *headers) list() ([]header, error) {
	listed, err := os.ReadDir(h.folder)
	if err != nil {
		return nil, fmt.Errorf("listing checkpoints: %w", err)
	}
	var out []header
	for _, file := range listed {
		id, ok := strings.CutSuffix(file.Name(), headerSuffix)
		if !ok || !validID(id) {
			continue
		}
		one, err := h.get(id)
		if err != nil {
			h.log.Error("reading a checkpoint", "id", id, "error", err)
			continue
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b header) int {
		if a.Number != b.Number {
			return int(a.Number - b.Number)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

func (h *headers) newest() (header, bool, error) {
	all, err := h.list()
	if err != nil || len(all) == 0 {
		return header{}, false, err
	}
	return all[len(all)-1], true, nil
}

func (h *headers) get(id string) (header, error) {
	if one, ok := h.known[id]; ok {
		return one, nil
	}
	if !validID(id) {
		return header{}, fmt.Errorf("checkpoint %q: %w", id, ErrNotFound)
	}
	var one header
	if err := readChecked(h.path(id), &one); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return header{}, fmt.Errorf("checkpoint %q: %w", id, ErrNotFound)
		}
		return header{}, fmt.Errorf("reading checkpoint %q: %w", id, err)
	}
	h.known[id] = one
	return one, nil
}

func (h *headers) add(one header) error {
	if !validID(one.ID) {
		return fmt.Errorf("writing checkpoint %q: not a usable id", one.ID)
	}
	if _, err := os.Lstat(h.path(one.ID)); err == nil {
		return fmt.Errorf("writing checkpoint %q: %w", one.ID, fs.ErrExist)
	}
	if err := writeChecked(h.path(one.ID), one); err != nil {
		return fmt.Errorf("writing checkpoint %q: %w", one.ID, err)
	}
	h.known[one.ID] = one
	return nil
}

func (h *headers) path(id string) string { return filepath.Join(h.folder, id+headerSuffix) }

// validID keeps an id from being anything but a file's name.
func validID(id string) bool {
	if id == "" || len(id) > 100 {
		return false
	}
	for _, r := range id {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}

// writeChecked keeps a value as one line of JSON and a line with its SHA-256.
func writeChecked(path string, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	sum := sumOf(line)
	return atomicfile.Write(path, fmt.Appendf(nil, "%s\n%s\n", line, sum), 0o600)
}

func readChecked(path string, value any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	line, sum, ok := bytes.Cut(data, []byte("\n"))
	if want := sumOf(line); !ok || string(bytes.TrimSpace(sum)) != want.String() {
		return ErrDamaged
	}
	return json.Unmarshal(line, value)
}

func sumOf(data []byte) hash { return sha256.Sum256(data) }

func parseHash(text string) (hash, error) {
	var h hash
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(h) {
		return h, ErrDamaged
	}
	copy(h[:], raw)
	return h, nil
}
