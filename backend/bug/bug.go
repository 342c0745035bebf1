// Package bug reports states that the program's own reasoning rules out.
//
// A report is a line in the log with the place it came from; it never ends the
// process, because a person's work is worth more than a clean stop.
package bug

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
)

// Reportf logs that the impossible happened, with the caller's file and line.
// The caller goes on with the safest thing it can do.
func Reportf(ctx context.Context, log *slog.Logger, format string, args ...any) {
	_, file, line, ok := runtime.Caller(1)
	if !ok {
		file = "unknown"
	}
	log.ErrorContext(ctx, "bug: "+fmt.Sprintf(format, args...), "file", file, "line", line)
}
