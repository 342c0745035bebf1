package watch

import "slices"

// labels are the paths of the watched folders. A watch mostly has one; it has
// more while a move is followed, and where a folder is mounted twice.
type labels struct {
	watches map[string]int32 // path -> watch
	paths   map[int32]string // watch -> its first path
	further map[int32][]string
}

func newLabels() labels {
	return labels{watches: map[string]int32{}, paths: map[int32]string{}, further: map[int32][]string{}}
}

// add gives a watch a path that no other watch has.
func (l *labels) add(watch int32, path string) {
	first, ok := l.paths[watch]
	switch {
	case !ok:
		l.paths[watch] = path
	case first == path || slices.Contains(l.further[watch], path):
		return
	default:
		l.further[watch] = append(l.further[watch], path)
	}
	l.watches[path] = watch
}

// remove takes a path away; last says that it was the only one of its watch.
func (l *labels) remove(path string) (watch int32, last bool) {
	watch, ok := l.watches[path]
	if !ok {
		return -1, false
	}
	delete(l.watches, path)
	rest := l.further[watch]
	if l.paths[watch] == path {
		if len(rest) == 0 {
			delete(l.paths, watch)
			return watch, true
		}
		l.paths[watch], rest = rest[0], rest[1:]
	} else {
		rest = slices.DeleteFunc(rest, func(other string) bool { return other == path })
	}
	if len(rest) == 0 {
		delete(l.further, watch)
	} else {
		l.further[watch] = rest
	}
	return watch, false
}

// drop takes all paths of a watch away.
func (l *labels) drop(watch int32) {
	first, ok := l.paths[watch]
	if !ok {
		return
	}
	delete(l.watches, first)
	for _, path := range l.further[watch] {
		delete(l.watches, path)
	}
	delete(l.paths, watch)
	delete(l.further, watch)
}

// each calls do for every path of a watch.
func (l *labels) each(watch int32, do func(path string)) {
	first, ok := l.paths[watch]
	if !ok {
		return
	}
	do(first)
	for _, path := range l.further[watch] {
		do(path)
	}
}
