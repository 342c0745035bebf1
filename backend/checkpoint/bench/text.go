package bench

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// words are what names and texts are made of.
func words() []string {
	return []string{
		"accept", "account", "append", "argument", "assert", "balance", "bind", "block", "branch", "buffer", "bytes", "cache",
		"call", "cancel", "capture", "channel", "check", "child", "client", "close", "collect", "column", "command", "compare",
		"config", "content", "context", "convert", "copy", "count", "create", "current", "cursor", "decode", "default", "delete",
		"depth", "digest", "document", "driver", "edge", "editor", "element", "encode", "entry", "error", "event", "expect",
		"export", "fetch", "field", "filter", "finish", "first", "flush", "folder", "format", "forward", "frame", "function",
		"graph", "group", "handle", "header", "height", "import", "index", "insert", "item", "join", "journal", "kind",
		"layout", "length", "limit", "line", "listen", "load", "match", "merge", "message", "method", "model", "module",
		"name", "node", "notify", "number", "object", "offset", "open", "option", "order", "owner", "package", "page",
		"panel", "parent", "parse", "path", "pattern", "position", "prefix", "process", "prompt", "query", "queue", "range",
		"reader", "record", "render", "reply", "request", "resolve", "result", "return", "row", "scan", "schema", "scope",
		"search", "select", "send", "session", "settle", "signal", "source", "split", "state", "status", "store", "stream",
		"string", "struct", "suffix", "switch", "table", "target", "template", "token", "tool", "tree", "turn", "update",
		"value", "vector", "verify", "version", "view", "visit", "wait", "walk", "watch", "widget", "window", "writer",
	}
}

func pick(random *rand.Rand, from []string) string { return from[random.IntN(len(from))] }

// content makes up what a file holds at first: text that compresses as source
// code does, or bytes that do not compress at all.
func (f file) content() []byte {
	random := rand.New(rand.NewPCG(f.seed, 0))
	out := make([]byte, 0, f.size+64)
	if f.binary {
		for len(out) < f.size {
			n := random.Uint64()
			out = append(out, byte(n), byte(n>>8), byte(n>>16), byte(n>>24), byte(n>>32), byte(n>>40), byte(n>>48), byte(n>>56))
		}
		return out[:f.size]
	}
	all := words()
	// A file is about a few things, again and again.
	about := make([]string, 24)
	for i := range about {
		about[i] = pick(random, all)
	}
	for len(out) < f.size {
		for range random.IntN(4) {
			out = append(out, '\t')
		}
		for range 1 + random.IntN(9) {
			out = append(out, pick(random, about)...)
			out = append(out, " .(,= :"[random.IntN(7)])
		}
		out = append(out, '\n')
	}
	return out[:f.size]
}

// share does count pieces of work with as many goroutines as there are
// processors. It stops at the first error.
func share(ctx context.Context, count int, work func(i int) error) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	var once sync.Once
	var failed error
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for range min(count, runtime.NumCPU()) {
		wait.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				if err := work(i); err != nil {
					once.Do(func() { failed = err; stop() })
					return
				}
			}
		})
	}
	wait.Wait()
	if failed != nil {
		return failed
	}
	return context.Cause(ctx)
}
