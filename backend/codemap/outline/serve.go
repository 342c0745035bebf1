package outline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// answer is what the parser's process says about one text.
type answer struct {
	Symbols []Symbol `json:"symbols"`
	Problem string   `json:"problem,omitempty"`
}

// Serve reads pairs of frames, a language's name and a text in it, and answers each
// with the text's symbols, until the input ends. It returns an exit code. It limits
// its own memory where the system can.
func Serve(in io.Reader, out io.Writer) int {
	limitMemory()
	p := newParser()
	defer p.close()
	if err := serve(p, in, out); err != nil {
		fmt.Fprintf(os.Stderr, "keel: reading symbols: %v\n", err)
		return 1
	}
	return 0
}

// ready is what a parser says before anything else: a program that does not is none.
const ready = "outline 1"

func serve(p *parser, in io.Reader, out io.Writer) error {
	if err := writeFrame(out, []byte(ready)); err != nil {
		return err
	}
	for {
		language, err := readFrame(in, mostName)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := readFrame(in, MostBytes)
		if err != nil {
			return err
		}
		var said answer
		if said.Symbols, err = p.parse(string(language), text); err != nil {
			said = answer{Problem: err.Error()}
		}
		data, err := json.Marshal(said)
		if err != nil {
			return fmt.Errorf("encoding symbols: %w", err)
		}
		if err := writeFrame(out, data); err != nil {
			return err
		}
	}
}
