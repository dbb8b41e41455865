package state

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// RedirectLibraryLog sends what go-redis says of broken connections to the logger. The library keeps one logger for the
// process, so this is for main to call, once; without it those lines go to standard error in the library's own form.
func RedirectLibraryLog(logger *slog.Logger) { redis.SetLogger(libraryLog{logger}) }

// libraryLog is the logger of go-redis and asynq in terms of slog.
type libraryLog struct {
	log *slog.Logger
}

// Printf is how go-redis reports a broken connection.
func (l libraryLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.WarnContext(ctx, "redis client", "detail", fmt.Sprintf(format, v...))
}

// Debug, Info, Warn, Error and Fatal are asynq's levels.
func (l libraryLog) Debug(args ...any) { l.log.Debug("jobs", "detail", fmt.Sprint(args...)) }

// Info is asynq's level of the name.
func (l libraryLog) Info(args ...any) { l.log.Info("jobs", "detail", fmt.Sprint(args...)) }

// Warn is asynq's level of the name.
func (l libraryLog) Warn(args ...any) { l.log.Warn("jobs", "detail", fmt.Sprint(args...)) }

// Error is asynq's level of the name.
func (l libraryLog) Error(args ...any) { l.log.Error("jobs", "detail", fmt.Sprint(args...)) }

// Fatal logs like Error: a library doesn't end the process.
func (l libraryLog) Fatal(args ...any) { l.Error(args...) }
