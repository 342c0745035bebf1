package extension

import "io"

// SetFault has something happen at a point of an installation.
func (e *Extensions) SetFault(fault func(point string) error) { e.fault = fault }

// LookAt is what the guard says of an archive.
func LookAt(from io.ReaderAt, size int64) (Manifest, string, error) {
	a, err := openArchive(from, size)
	if err != nil {
		return Manifest{}, "", err
	}
	return a.manifest, a.platform, nil
}

var (
	Compare = compareVersions
	Engine  = engine
	Tame    = tame
	Reason  = reason
)
