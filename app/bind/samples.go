package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Samples are copies of the project on which a newcomer tries Keel.
type Samples struct{ seam *Seam }

// NewSamples binds samples.
func NewSamples(seam *Seam) *Samples { return &Samples{seam} }

// Find says where a copy would go below a folder, by default the user's home.
func (b *Samples) Find(below string) (wire.SamplePlace, error) {
	return home(b.seam, "Samples.Find", func(ctx context.Context, f *folder.Folder) (wire.SamplePlace, error) {
		return f.Sample(ctx, below)
	})
}

// Write makes a copy at a path where nothing is; the person has agreed to it.
func (b *Samples) Write(path string) error {
	return homeDo(b.seam, "Samples.Write", func(ctx context.Context, f *folder.Folder) error {
		return f.WriteSample(ctx, path)
	})
}
