package endpoint_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/provider/endpoint"
)

// letters gives a letter without end, and counts them.
type letters struct{ given int }

func (l *letters) Read(to []byte) (int, error) {
	if l.given > 4*endpoint.ValueLimit {
		return 0, errors.New("read far too much")
	}
	for i := range to {
		to[i] = 'a'
	}
	l.given += len(to)
	return len(to), nil
}

func TestAValueHasAnEnd(t *testing.T) {
	endless := &letters{}
	values := endpoint.NewValues(io.MultiReader(strings.NewReader(`{"a":1}`+"\n"+`{"a":"`), endless))
	var got struct{ A any }
	if err := values.Decode(&got); err != nil || got.A != 1.0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := values.Decode(&got); !errors.Is(err, endpoint.ErrEndless) || endless.given > endpoint.ValueLimit {
		t.Errorf("%v after %d bytes", err, endless.given)
	}
}

// Many values may be longer than one.
func TestManyValues(t *testing.T) {
	const count = 3
	long := []byte(`"` + strings.Repeat("a", endpoint.ValueLimit/2) + `"`)
	values := endpoint.NewValues(bytes.NewReader(bytes.Repeat(long, count)))
	for range count {
		var got string
		if err := values.Decode(&got); err != nil || len(got) != endpoint.ValueLimit/2 {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
}
