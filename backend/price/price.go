// Package price knows what tokens cost.
//
// # Promises
//
// A price is the user's own, else one of the table that ships with Keel, which
// holds only published ones and says of which day. Of any other model nothing
// is known, and nothing is guessed. Amounts are whole millionths of a dollar.
package price

import (
	_ "embed" // prices.json
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
)

//go:embed prices.json
var shipped []byte

// family is a line of the shipped table.
type family struct {
	Family   string `json:"family"`
	Price    string `json:"price"`
	Regional int64  `json:"regional"` // percent more outside of a global profile
}

// Table answers what a model costs. It is safe for concurrent use.
type Table struct {
	date     string
	families map[string][]family // by provider
	own      func() map[string]string
}

// New returns the shipped table, with the user's own prices over it: own
// returns them by the model's id, or by the provider's id, a slash and the
// model's; nil: none. One that cannot be read counts as missing.
func New(own func() map[string]string) *Table {
	var table struct {
		Date      string              `json:"date"`
		Providers map[string][]family `json:"providers"`
	}
	_ = json.Unmarshal(shipped, &table) // a test reads it
	if own == nil {
		own = func() map[string]string { return nil }
	}
	return &Table{date: table.Date, families: table.Providers, own: own}
}

// Date is the day of the shipped prices, as year-month-day.
func (t *Table) Date() string { return t.date }

// Of returns what a model of a provider costs; false when that is not known.
func (t *Table) Of(providerID, modelID string) (provider.Price, bool) {
	own := t.own()
	for _, name := range []string{providerID + "/" + modelID, modelID} {
		if text, ok := own[name]; ok {
			if parsed, err := Parse(text); err == nil {
				return parsed, true
			}
		}
	}
	id, regional := model(modelID)
	for _, f := range t.families[providerID] {
		if !f.holds(id) {
			continue
		}
		parsed, err := Parse(f.Price)
		if err != nil {
			return provider.Price{}, false
		}
		if regional {
			parsed = more(parsed, f.Regional)
		}
		return parsed, true
	}
	return provider.Price{}, false
}

// version is what follows a family's name in a model's id: a date, a version,
// and the size of the context.
var version = regexp.MustCompile(`^(-\d{8})?(-v\d+)?(:\d+)?(:\d+k)?$`)

func (f family) holds(id string) bool {
	rest, ok := strings.CutPrefix(id, f.Family)
	return ok && version.MatchString(rest)
}

// model is the id of the model behind a profile or an ARN, and whether it is
// served by one region or part of the world and not from anywhere.
func model(id string) (name string, regional bool) {
	if strings.HasPrefix(id, "arn:") {
		id = id[strings.LastIndex(id, "/")+1:]
	}
	if name, ok := strings.CutPrefix(id, "global."); ok {
		return name, false
	}
	for _, prefix := range []string{"us.", "eu.", "apac.", "jp.", "au.", "ca."} {
		if name, ok := strings.CutPrefix(id, prefix); ok {
			return name, true
		}
	}
	return id, true
}

// more adds percent to a price.
func more(p provider.Price, percent int64) provider.Price {
	raise := func(n int64) int64 { return n + n*percent/100 }
	return provider.Price{Input: raise(p.Input), Output: raise(p.Output), CacheRead: raise(p.CacheRead), CacheWrite: raise(p.CacheWrite)}
}

// most is the highest price that is believed, in dollars for a million tokens.
const most = 100_000

var errForm = errors.New(`write it as "input / output" or "input / output / cache read / cache write", in dollars for a million tokens, such as "3 / 15 / 0.30 / 3.75"`)

// Parse reads a price as people write it: "3 / 15 / 0.30 / 3.75", in dollars
// for a million tokens. What is left out at the end costs as much as input.
func Parse(text string) (provider.Price, error) {
	parts := strings.Split(text, "/")
	if len(parts) < 2 || len(parts) > 4 {
		return provider.Price{}, errForm
	}
	var numbers [4]int64
	for i, part := range parts {
		part = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(part), "$"))
		n, err := strconv.ParseFloat(part, 64)
		if err != nil || !(n >= 0 && n <= most) {
			return provider.Price{}, fmt.Errorf("%q is no price: %w", part, errForm)
		}
		numbers[i] = int64(math.Round(n * 1e6))
	}
	for i := len(parts); i < 4; i++ {
		numbers[i] = numbers[0]
	}
	return provider.Price{Input: numbers[0], Output: numbers[1], CacheRead: numbers[2], CacheWrite: numbers[3]}, nil
}
