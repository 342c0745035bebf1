package cli

import "testing"

func TestPlain(t *testing.T) {
	tests := []struct{ text, plain, oneLine string }{
		{"", "", ""},
		{"naïve 日本 \U0001f389", "naïve 日本 \U0001f389", "naïve 日本 \U0001f389"},
		{"two\n\tlines\n", "two\n\tlines\n", `"two\n\tlines\n"`},
		{"\x1b]52;c;aGk=\a", `\u001b]52;c;aGk=\u0007`, `"\x1b]52;c;aGk=\a"`},
		{"\u009b2J", `\u009b2J`, `"\u009b2J"`},
		{"good\rbad\r\n", "good\nbad\n", `"good\rbad\r\n"`},
		{"x\x00y\x7f", `x\u0000y\u007f`, `"x\x00y\x7f"`},
		{"a\u202eb", `a\u202eb`, `"a\u202eb"`},
		{"bad \xff byte", "bad \ufffd byte", `"bad \xff byte"`},
	}
	for _, test := range tests {
		if got := plain(test.text); got != test.plain {
			t.Errorf("plain(%q) = %q, want %q", test.text, got, test.plain)
		}
		if got := oneLine(test.text); got != test.oneLine {
			t.Errorf("oneLine(%q) = %s, want %s", test.text, got, test.oneLine)
		}
	}
}
