// Package darwin holds what makes Keel.app. It needs a Mac to run; its tests check
// anywhere what can be checked without one.
package darwin

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// dictionary reads a property list's dict whose start was read: keys and values by turns.
func dictionary(decoder *xml.Decoder) (map[string]any, error) {
	read, key := map[string]any{}, ""
	for {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("reading a dictionary: %w", err)
		}
		switch token := token.(type) {
		case xml.EndElement:
			if key != "" {
				return nil, fmt.Errorf("%q has no value", key)
			}
			return read, nil
		case xml.StartElement:
			if token.Name.Local == "key" {
				if key != "" {
					return nil, fmt.Errorf("%q has no value", key)
				}
				err = decoder.DecodeElement(&key, &token)
			} else {
				if _, twice := read[key]; key == "" || twice {
					return nil, fmt.Errorf("a value has no key of its own, after %q", key)
				}
				read[key], err = value(decoder, token)
				key = ""
			}
			if err != nil {
				return nil, err
			}
		}
	}
}

func value(decoder *xml.Decoder, start xml.StartElement) (any, error) {
	switch start.Name.Local {
	case "dict":
		return dictionary(decoder)
	case "true", "false":
		return start.Name.Local == "true", decoder.Skip()
	case "string":
		var text string
		return text, decoder.DecodeElement(&text, &start)
	case "array":
		var list []any
		for {
			token, err := decoder.Token()
			if err != nil {
				return nil, fmt.Errorf("reading an array: %w", err)
			}
			switch token := token.(type) {
			case xml.EndElement:
				return list, nil
			case xml.StartElement:
				one, err := value(decoder, token)
				if err != nil {
					return nil, err
				}
				list = append(list, one)
			}
		}
	}
	return nil, fmt.Errorf("%q is no kind of value", start.Name.Local)
}

func readList(source io.Reader) (map[string]any, error) {
	decoder := xml.NewDecoder(source)
	for {
		token, err := decoder.Token()
		if err != nil {
			return nil, errors.Join(errors.New("there is no dictionary"), err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "dict" {
			return dictionary(decoder)
		}
	}
}

func TestPropertyList(t *testing.T) {
	file, err := os.Open("Info.plist")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	list, err := readList(file)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"CFBundlePackageType":        "APPL",
		"CFBundleExecutable":         "keel",
		"CFBundleIconFile":           "keel",
		"CFBundleVersion":            "@NUMBERS@",
		"CFBundleShortVersionString": "@NUMBERS@",
	} {
		if list[key] != want {
			t.Errorf("%s is %v, not %q", key, list[key], want)
		}
	}

	// What else opens folders and texts goes on doing so.
	var kinds []any
	documents, _ := list["CFBundleDocumentTypes"].([]any)
	for _, each := range documents {
		document, _ := each.(map[string]any)
		if document["LSHandlerRank"] != "Alternate" {
			t.Errorf("%v would take over the default", document["CFBundleTypeName"])
		}
		types, _ := document["LSItemContentTypes"].([]any)
		kinds = append(kinds, types...)
	}
	for _, kind := range []any{"public.folder", "public.text"} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("%v cannot be opened", kind)
		}
	}
	addresses, _ := list["CFBundleURLTypes"].([]any)
	if len(addresses) != 1 {
		t.Fatalf("there are %d kinds of address", len(addresses))
	}
	address, _ := addresses[0].(map[string]any)
	schemes, _ := address["CFBundleURLSchemes"].([]any)
	if !slices.Equal(schemes, []any{"keel"}) {
		t.Errorf("addresses are %v", schemes)
	}
}

func TestBrokenPropertyLists(t *testing.T) {
	for _, broken := range []string{
		"", "<plist></plist>", "<dict>", "<dict><key>a</key></dict>", "<dict><key>a</key><key>b</key></dict>",
		"<dict><string>a</string></dict>", "<dict><key>a</key><number>1</number></dict>", "<dict><key>a</key><array><string>b</array></dict>",
	} {
		if list, err := readList(strings.NewReader(broken)); err == nil {
			t.Errorf("%s is read as %v", broken, list)
		}
	}
}
