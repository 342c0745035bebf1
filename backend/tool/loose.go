package tool

import "strings"

// replaceLoosely looks for old without regard to white space, line by line. One
// unique match is taken and the new text indented like it; anything else is an
// error that shows what comes closest. Nothing is guessed from similarity.
func (c content) replaceLoosely(name string, u unified, old, new string) (replaced, error) {
	wanted, _ := splitLines(old)
	lines, starts := splitLines(u.text)
	places := looseMatches(lines, wanted)
	switch {
	case len(places) == 0:
		return replaced{}, notFound(name, lines, wanted)
	case len(places) > 1:
		offsets := make([]int, len(places))
		for i, place := range places {
			offsets[i] = starts[place]
		}
		return replaced{}, refuse("old_string is not in %s as written; without regard to white space it occurs %d times (lines %s). Add lines around it until it is unique. Nothing was changed.",
			name, len(places), lineList(u.text, offsets))
	}
	at := places[0]
	found := lines[at : at+len(wanted)]
	end := starts[at+len(wanted)-1] + len(found[len(found)-1])
	text := strings.Join(reindent(found, wanted, strings.Split(strings.TrimSuffix(new, "\n"), "\n")), "\n")
	if new == "" {
		text = ""
	}
	if strings.HasSuffix(old, "\n") && end < len(u.text) {
		end++
		if strings.HasSuffix(new, "\n") {
			text += "\n"
		}
	} else if strings.HasSuffix(new, "\n") && !strings.HasSuffix(old, "\n") {
		text += "\n"
	}
	s := span{starts[at], end, text}
	if u.text[s.start:s.end] == s.text {
		return replaced{}, refuse("old_string and new_string differ in white space only, and %s already has it the way new_string says. Nothing was changed.", name)
	}
	result := c.applied(u, []span{c.fit(u, s)}, s)
	result.loose = true
	return result, nil
}

// splitLines returns the lines of text without their endings, and where each
// begins. A newline at the end opens no further line.
func splitLines(text string) (lines []string, starts []int) {
	at := 0
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
		starts = append(starts, at)
		at += len(line)
	}
	return lines, starts
}

// looseMatches returns the indexes in lines at which all of wanted stands,
// white space aside. Blank lines alone match nothing.
func looseMatches(lines, wanted []string) []int {
	keys, wantedKeys := bare(lines), bare(wanted)
	if strings.Join(wantedKeys, "") == "" {
		return nil
	}
	var places []int
next:
	for i := 0; i+len(wantedKeys) <= len(keys); i++ {
		for j, key := range wantedKeys {
			if keys[i+j] != key {
				continue next
			}
		}
		places = append(places, i)
	}
	return places
}

// bare returns lines with every run of white space written as one space, and
// none at their ends.
func bare(lines []string) []string {
	keys := make([]string, len(lines))
	for i, line := range lines {
		keys[i] = strings.Join(strings.Fields(line), " ")
	}
	return keys
}

// reindent gives new lines the white space of the file. found are the file's
// lines and wanted the model's version of the same lines: new lines that are
// unchanged at the beginning and the end are taken from the file as they are;
// the others get the file's indentation for the model's.
func reindent(found, wanted, lines []string) []string {
	oldKeys, newKeys := bare(wanted), bare(lines)
	head := 0
	for head < min(len(oldKeys), len(newKeys)) && oldKeys[head] == newKeys[head] {
		head++
	}
	tail := 0
	for tail < min(len(oldKeys), len(newKeys))-head && oldKeys[len(oldKeys)-1-tail] == newKeys[len(newKeys)-1-tail] {
		tail++
	}
	rule := newIndentation(found, wanted, lines)
	result := make([]string, len(lines))
	for i, line := range lines {
		switch {
		case i < head:
			result[i] = found[i]
		case i >= len(lines)-tail:
			result[i] = found[len(found)-(len(lines)-i)]
		default:
			result[i] = rule.apply(line)
		}
	}
	return result
}

// indentation maps a model's indentation to a file's.
type indentation struct {
	known     map[string]string // the model's to the file's, from the matched lines
	modelUnit int               // spaces of one level in the model's text
	fileUnit  int               // spaces of one level in the file
	fileTabs  bool
}

func newIndentation(found, wanted, lines []string) indentation {
	rule := indentation{known: map[string]string{}}
	for i, line := range wanted {
		if strings.TrimSpace(line) == "" {
			continue
		}
		own := indentOf(found[i])
		if _, ok := rule.known[indentOf(line)]; !ok {
			rule.known[indentOf(line)] = own
		}
		rule.fileTabs = rule.fileTabs || strings.Contains(own, "\t")
	}
	rule.modelUnit = unit(append(append([]string(nil), wanted...), lines...))
	rule.fileUnit = unit(found)
	return rule
}

// apply returns line with the file's indentation.
func (r indentation) apply(line string) string {
	indent := indentOf(line)
	body := line[len(indent):]
	if body == "" {
		return ""
	}
	if own, ok := r.known[indent]; ok {
		return own + body
	}
	nearest, shallow := "", ""
	haveNearest, haveShallow := false, false
	for model := range r.known {
		if strings.HasPrefix(indent, model) && (!haveNearest || len(model) > len(nearest)) {
			nearest, haveNearest = model, true
		}
		if strings.HasPrefix(model, indent) && (!haveShallow || len(model) < len(shallow)) {
			shallow, haveShallow = model, true
		}
	}
	switch {
	case haveNearest:
		return r.known[nearest] + r.convert(indent[len(nearest):]) + body
	case haveShallow: // less deep than every matched line
		return strings.TrimSuffix(r.known[shallow], r.convert(shallow[len(indent):])) + body
	}
	return line
}

// convert writes a further piece of the model's indentation as the file does.
func (r indentation) convert(more string) string {
	switch {
	case r.fileTabs && !strings.Contains(more, "\t"):
		return strings.Repeat("\t", (len(more)+r.modelUnit-1)/r.modelUnit)
	case !r.fileTabs && strings.Contains(more, "\t"):
		return strings.Repeat(strings.Repeat(" ", r.fileUnit), strings.Count(more, "\t"))
	}
	return more
}

func indentOf(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// unit is the smallest step between the indentations of lines, 4 when they have
// none.
func unit(lines []string) int {
	depths := map[int]bool{}
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			depths[len(indentOf(line))] = true
		}
	}
	smallest := 0
	for a := range depths {
		for b := range depths {
			if step := a - b; step > 0 && (smallest == 0 || step < smallest) {
				smallest = step
			}
		}
	}
	if smallest == 0 {
		return 4
	}
	return smallest
}
