package bench

import (
	"fmt"
	"strconv"
	"strings"
)

// Markdown is the report as tables.
func (r Report) Markdown() string {
	var b strings.Builder
	for i, c := range r.Corpora {
		if i > 0 {
			b.WriteString("\n")
		}
		c.markdown(&b)
	}
	git := ""
	if r.Git != "" {
		git = ", git " + r.Git
	}
	fmt.Fprintf(&b, "\n%s, %d processors%s. Times are the median of %d rounds with a warm cache; (n×) is the multiple of the floor measured in the same run, of disk the multiple of the files' own bytes.\n", r.System, r.CPUs, git, r.Rounds)
	return b.String()
}

func (c Corpus) markdown(b *strings.Builder) {
	columns := c.columns()
	fmt.Fprintf(b, "**%s files** in %s folders, %s:\n\n| |", grouped(int64(c.Files)), grouped(int64(c.Folders)), size(float64(c.Bytes)))
	for _, name := range columns {
		fmt.Fprintf(b, " %s |", name.title())
	}
	fmt.Fprintf(b, " to reach | reached |\n| --- |%s --- | --- |\n", strings.Repeat(" ---: |", len(columns)))
	for _, row := range c.Rows {
		fmt.Fprintf(b, "| %s |", row.Operation.title(c.Many))
		for _, name := range columns {
			fmt.Fprintf(b, " %s |", row.text(name))
		}
		var texts, answers []string
		for _, g := range row.Goals {
			answer := "**no**"
			if g.Reached {
				answer = "yes"
			}
			texts, answers = append(texts, g.Text), append(answers, answer)
		}
		fmt.Fprintf(b, " %s | %s |\n", strings.Join(texts, "; "), strings.Join(answers, "; "))
	}
}

// columns are the contenders that were measured.
func (c Corpus) columns() []Name {
	var out []Name
	if len(c.Rows) > 0 {
		for _, cell := range c.Rows[0].Cells {
			out = append(out, cell.Contender)
		}
	}
	return out
}

// text is one cell.
func (r Row) text(name Name) string {
	cell := r.cell(name)
	if cell == nil {
		return ""
	}
	var value string
	switch {
	case r.Operation == Memory:
		value = fmt.Sprintf("%.0f bytes", cell.Value)
	case r.Unit == Bytes:
		value = size(cell.Value)
	default:
		value = digits(cell.Value) + " ms"
	}
	if cell.Floors > 0 && name != Floor {
		value += " (" + digits(cell.Floors) + "×)"
	}
	if cell.Inexact != "" {
		return fmt.Sprintf("not exact: %s (%s)", cell.Inexact, value)
	}
	return value
}

// digits writes a number with two or three digits that count.
func digits(n float64) string {
	switch {
	case n >= 99.5 || n <= -99.5:
		return grouped(int64(n + 0.5))
	case n >= 9.95 || n <= -9.95:
		return strconv.FormatFloat(n, 'f', 0, 64)
	case n >= 0.995 || n <= -0.995:
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return strconv.FormatFloat(n, 'f', 2, 64)
}

// size writes a number of bytes.
func size(n float64) string {
	for _, unit := range []string{"B", "kB", "MB"} {
		if n < 999.5 && n > -999.5 {
			return digits(n) + " " + unit
		}
		n /= 1000
	}
	return digits(n) + " GB"
}

// grouped writes a whole number with commas.
func grouped(n int64) string {
	if n < 0 {
		return "-" + grouped(-n)
	}
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
