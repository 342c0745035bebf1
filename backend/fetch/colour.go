package fetch

import (
	"image/color"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// alike is how far apart, in all three parts of them together, two colours are which
// nobody can tell from another.
const alike = 24

// paint is a colour, where it is known.
type paint struct {
	color.NRGBA
	known bool
}

// ground is in which colours text is shown.
type ground struct{ letters, behind paint }

// ground is that of a page which says nothing: black on white.
func (s sheet) ground() ground {
	g := ground{letters: paint{color.NRGBA{A: 255}, true}, behind: paint{color.NRGBA{R: 255, G: 255, B: 255, A: 255}, true}}
	if s.unsure {
		return ground{}
	}
	return g
}

// under is the ground of what is in an element.
func (g ground) under(node *html.Node, looks []declarations, s sheet) ground {
	if s.unsure && (attribute(node, "class") != "" || attribute(node, "id") != "") {
		g = ground{} // who knows
	}
	if node.DataAtom == atom.A || node.DataAtom == atom.Mark || node.DataAtom == atom.Button {
		g.letters = paint{} // it has colours of its own
	}
	if set := attribute(node, "bgcolor"); set != "" {
		g.behind = painted(set)
	}
	if attribute(node, "background") != "" { // a picture
		g.behind = paint{}
	}
	if set := attribute(node, "color"); set != "" && node.DataAtom == atom.Font {
		g.letters = painted(set)
	}
	for _, has := range looks {
		if set := has["color"]; set != "" && set != "inherit" {
			g.letters = painted(set)
		}
		for _, name := range []string{"background", "background-color"} {
			if set := has[name]; set != "" && set != "none" && set != "transparent" && set != "inherit" {
				g.behind = painted(set)
			}
		}
		if set := has["background-image"]; set != "" && set != "none" {
			g.behind = paint{}
		}
		if has["text-shadow"] != "" || has["-webkit-text-fill-color"] != "" || has["background-clip"] != "" || has["-webkit-background-clip"] != "" {
			g.letters = paint{}
		}
	}
	return g
}

// hides reports whether nobody can tell the letters from what is behind them.
func (g ground) hides() bool {
	if g.letters.known && g.letters.A <= 12 {
		return true
	}
	if !g.letters.known || !g.behind.known || g.behind.A < 255 {
		return false
	}
	apart := func(a, b uint8) int { return max(int(a), int(b)) - min(int(a), int(b)) }
	return apart(g.letters.R, g.behind.R)+apart(g.letters.G, g.behind.G)+apart(g.letters.B, g.behind.B) <= alike
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// painted reads a colour of CSS: by its name, by hexadecimal numbers, or by rgb().
func painted(value string) paint {
	value = strings.ToLower(strings.TrimSpace(value))
	if value == "transparent" {
		return paint{known: true}
	}
	if named, ok := colornames.Map[value]; ok {
		return paint{color.NRGBA{named.R, named.G, named.B, 255}, true}
	}
	if hex, ok := strings.CutPrefix(value, "#"); ok {
		return ofHex(hex)
	}
	for _, function := range []string{"rgb(", "rgba("} {
		if inner, ok := strings.CutPrefix(value, function); ok && strings.HasSuffix(inner, ")") {
			return ofParts(strings.FieldsFunc(strings.TrimSuffix(inner, ")"), func(r rune) bool { return strings.ContainsRune(" ,/", r) }))
		}
	}
	return paint{}
}

func ofHex(hex string) paint {
	if len(hex) == 3 || len(hex) == 4 {
		var long strings.Builder
		for i := range len(hex) {
			long.WriteString(strings.Repeat(hex[i:i+1], 2))
		}
		hex = long.String()
	}
	if len(hex) == 6 {
		hex += "ff"
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 8 {
		return paint{}
	}
	return paint{color.NRGBA{uint8(n >> 24), uint8(n >> 16), uint8(n >> 8), uint8(n)}, true}
}

func ofParts(parts []string) paint {
	if len(parts) != 3 && len(parts) != 4 {
		return paint{}
	}
	whole := [4]float64{255, 255, 255, 1}
	var set [4]uint8
	set[3] = 255
	for i, part := range parts {
		number, percent := strings.CutSuffix(part, "%")
		n, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return paint{}
		}
		share := n / whole[i]
		if percent {
			share = n / 100
		}
		set[i] = uint8(255 * min(max(share, 0), 1))
	}
	return paint{color.NRGBA{set[0], set[1], set[2], set[3]}, true}
}
