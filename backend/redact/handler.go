package redact

import (
	"context"
	"fmt"
	"log/slog"
)

// Handler returns a handler that hands on records without their secrets: in the
// message and in what attributes hold, whatever their type. An attribute that is
// named like a secret goes whole.
func (r *Redactor) Handler(next slog.Handler) slog.Handler { return handler{r, next} }

type handler struct {
	redactor *Redactor
	next     slog.Handler
}

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, h.redactor.Text(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.redactor.attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = h.redactor.attr(a)
	}
	return handler{h.redactor, h.next.WithAttrs(clean)}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.redactor, h.next.WithGroup(name)}
}

func (r *Redactor) attr(a slog.Attr) slog.Attr {
	value := a.Value.Resolve()
	var text string
	switch value.Kind() {
	case slog.KindGroup:
		group := value.Group()
		clean := make([]slog.Attr, len(group))
		for i, each := range group {
			clean[i] = r.attr(each)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
	case slog.KindString:
		text = value.String()
	case slog.KindAny:
		if bytes, ok := value.Any().([]byte); ok {
			text = string(bytes)
		} else {
			text = fmt.Sprintf("%+v", value.Any())
		}
	default:
		return slog.Attr{Key: a.Key, Value: value}
	}
	clean := r.Text(text)
	if named := kindOf(a.Key); named.strength >= strong && !reference(text) {
		clean = Mark(named.what)
	}
	if clean != text || value.Kind() == slog.KindString {
		return slog.String(a.Key, clean)
	}
	return slog.Attr{Key: a.Key, Value: value}
}
