//go:build !dev

package app

import "github.com/wailsapp/wails/v2/pkg/options"

// tune changes nothing: this is the product.
func tune(*options.App) {}

// servesBrowser is true in builds for tests only.
func servesBrowser() bool { return false }
