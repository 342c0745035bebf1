package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"

	"github.com/wailsapp/wails/v2/pkg/options"
	wails2 "github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/atomicfile"
)

const (
	minWidth, minHeight         = 640, 400
	defaultWidth, defaultHeight = 1280, 800
	shift                       = 32 // of a new window from the one before
)

// place is how large a window is and where it stands, in the system's points.
type place struct {
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Width     int  `json:"width"` // while it is not maximised
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
}

// placeFile is where a folder's window is kept, for the next start on it.
func placeFile(paths folder.Paths, f *folder.Folder) string {
	if f == nil || f.Workspace == nil {
		return filepath.Join(paths.Data, "no-folder", "window.json")
	}
	return filepath.Join(paths.Workspace(f.Workspace.ID()), "window.json")
}

// lastPlaceFile is where the window used last is kept, for new folders.
func lastPlaceFile(paths folder.Paths) string {
	return filepath.Join(paths.Data, "workspaces", "window.json")
}

func readPlace(file string) (place, bool) {
	text, err := os.ReadFile(file)
	var p place
	if err != nil || json.Unmarshal(text, &p) != nil {
		return place{}, false
	}
	return p, p.Width >= minWidth && p.Height >= minHeight
}

// startPlace is the place of a folder's window; known is false where none was ever
// kept, and the system chooses.
func startPlace(paths folder.Paths, f *folder.Folder) (start place, known bool) {
	if p, ok := readPlace(placeFile(paths, f)); ok {
		return p, true
	}
	if p, ok := readPlace(lastPlaceFile(paths)); ok {
		p.X, p.Y = p.X+shift, p.Y+shift
		return p, true
	}
	return place{Width: defaultWidth, Height: defaultHeight}, false
}

// within is the place moved and shrunk until it fits a screen.
func (p place) within(width, height int) place {
	p.Width = max(minWidth, min(p.Width, width))
	p.Height = max(minHeight, min(p.Height, height))
	p.X = max(0, min(p.X, width-p.Width))
	p.Y = max(0, min(p.Y, height-p.Height))
	return p
}

// size gives the window its folder's size, before it is there.
func (a *App) size(window *options.App) {
	start, known := startPlace(a.paths, a.Folder())
	a.placed = start
	if !known {
		return
	}
	window.Width, window.Height = start.Width, start.Height
	if start.Maximised {
		window.WindowStartState = options.Maximised
	}
	a.placeKnown = true
}

// settle puts the window where it stood, as far as it is on the screen. With
// several screens the system chooses: it does not say how they lie.
func (a *App) settle() {
	ctx := a.wails()
	screens, err := wails2.ScreenGetAll(ctx)
	if err != nil || len(screens) == 0 {
		return
	}
	screen := screens[0]
	for _, each := range screens {
		if each.IsCurrent {
			screen = each
		}
	}
	a.mu.Lock()
	fits := a.placed.within(screen.Size.Width, screen.Size.Height)
	shrunk := fits.Width != a.placed.Width || fits.Height != a.placed.Height
	known := a.placeKnown
	a.placed = fits
	a.mu.Unlock()
	if shrunk {
		wails2.WindowSetSize(ctx, fits.Width, fits.Height)
	}
	if known && len(screens) == 1 && !fits.Maximised {
		wails2.WindowSetPosition(ctx, fits.X, fits.Y)
	}
}

// keepPlace writes down how large the window is and where it stands.
func (a *App) keepPlace() {
	ctx := a.events.ctx.Load()
	if ctx == nil || servesBrowser() || wails2.WindowIsMinimised(*ctx) || wails2.WindowIsFullscreen(*ctx) {
		return
	}
	a.mu.Lock()
	now := a.placed
	a.mu.Unlock()
	now.Maximised = wails2.WindowIsMaximised(*ctx)
	if !now.Maximised {
		now.Width, now.Height = wails2.WindowGetSize(*ctx)
		now.X, now.Y = wails2.WindowGetPosition(*ctx)
	}
	if now.Width < minWidth || now.Height < minHeight {
		return // it is not shown
	}
	a.mu.Lock()
	a.placed = now
	a.mu.Unlock()
	text, err := json.Marshal(now)
	if err != nil {
		return
	}
	for _, file := range []string{placeFile(a.paths, a.Folder()), lastPlaceFile(a.paths)} {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			a.log.Debug("keeping the window's place", "error", err)
			continue
		}
		if err := atomicfile.Write(file, text, 0o600); err != nil {
			a.log.Debug("keeping the window's place", "error", err)
		}
	}
}

// keepLastPlace is keepPlace while the window closes: elsewhere than on Linux it
// cannot be asked then, and what was kept when it was last in front has to do.
func (a *App) keepLastPlace() {
	if runtime.GOOS == "linux" {
		a.keepPlace()
	}
}
