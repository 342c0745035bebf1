package googletest

import (
	"image"
	"image/color"
	"image/png"
	"net/http"
)

// servePicture serves 96 by 96 points that go from one colour to another.
func (s *Server) servePicture(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/png")
	const size = 96
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			picture.Set(x, y, color.RGBA{R: uint8(2 * x), G: 96, B: uint8(2 * y), A: 255})
		}
	}
	_ = png.Encode(w, picture)
}
