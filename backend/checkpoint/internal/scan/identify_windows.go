package scan

import (
	"io/fs"
	"os"
)

// foldsNames tells whether names are usually compared without case.
const foldsNames = true

const openFlags = os.O_RDONLY

// identify has nothing to say: size and time of change must do.
func identify(fs.FileInfo, *stat) {}
