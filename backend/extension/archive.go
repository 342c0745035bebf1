package extension

import (
	"archive/zip"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Limits of a package, packed and unpacked.
const (
	mostFiles     = 20_000
	mostPacked    = 256 << 20
	mostUnpacked  = 512 << 20
	mostDirectory = 16 << 20 // the archive's own list of its files
	mostPath      = 1024
	mostDepth     = 40  // folders in one another
	mostRatio     = 100 // unpacked to packed, from freelyUnpacked on
	freely        = 32 << 20
)

// inside is where the files of an extension stand in its package.
const inside = "extension/"

// archive is a package that has passed the guard: nothing of it is unpacked yet.
type archive struct {
	files        []packed // below extension/, no folders
	manifest     Manifest
	text         []byte // package.json
	translations []byte // package.nls.json; nil: none
	platform     string // that it was made for
	unpacked     int64  // bytes, as the archive says
}

// packed is one file, with its path in the extension.
type packed struct {
	name string
	file *zip.File
}

// openArchive looks at the whole list of an archive, and unpacks nothing but the
// manifests.
func openArchive(from io.ReaderAt, size int64) (*archive, error) {
	if size > mostPacked {
		return nil, refuse("The package is larger than 256 MiB.")
	}
	if err := checkDirectory(from, size); err != nil {
		return nil, err
	}
	list, err := zip.NewReader(from, size)
	if err != nil {
		return nil, damaged()
	}
	if len(list.File) > mostFiles {
		return nil, tooMany()
	}
	a := &archive{}
	seen := names{}
	var other []*zip.File
	for _, file := range list.File {
		if err := checkEntry(file, seen); err != nil {
			return nil, err
		}
		name, ok := strings.CutPrefix(file.Name, inside)
		folder := strings.HasSuffix(file.Name, "/")
		switch {
		case !ok:
			other = append(other, file)
		case !folder && name != "":
			a.files = append(a.files, packed{name, file})
			a.unpacked += int64(min(file.UncompressedSize64, mostUnpacked+1))
		}
		if a.unpacked > mostUnpacked {
			return nil, refuse("The package unpacks to more than 512 MiB.")
		}
	}
	if a.unpacked > freely && a.unpacked/mostRatio > size {
		return nil, refuse("The package unpacks to more than a hundred times its size, as only a package that is meant to do harm does.")
	}
	return a, a.read(other)
}

func damaged() error {
	return refuse("The package is damaged or no VSIX: it cannot be read as an archive.")
}

func tooMany() error { return refuse("The package holds more than 20,000 files.") }

// checkDirectory looks at the end of an archive (APPNOTE 4.3.16) before its list
// is read into memory: what that says of the list's length is what is read.
func checkDirectory(from io.ReaderAt, size int64) error {
	const endLength, locatorLength, longestComment = 22, 20, 1<<16 - 1
	tail := make([]byte, min(size, endLength+locatorLength+longestComment))
	if _, err := from.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return damaged()
	}
	at := strings.LastIndex(string(tail), "PK\x05\x06")
	if at < 0 || len(tail)-at < endLength || len(tail)-at != endLength+int(binary.LittleEndian.Uint16(tail[at+20:])) {
		return damaged()
	}
	if at >= locatorLength && string(tail[at-locatorLength:at-locatorLength+4]) == "PK\x06\x07" {
		return refuse("The package is in the form of archives with more than 4 GiB or 65,535 files.")
	}
	if binary.LittleEndian.Uint16(tail[at+10:]) > mostFiles {
		return tooMany()
	}
	if binary.LittleEndian.Uint32(tail[at+12:]) > mostDirectory {
		return refuse("The list of the package's files is larger than 16 MiB.")
	}
	return nil
}

// checkEntry is the guard for one entry of an archive.
func checkEntry(file *zip.File, seen names) error {
	shown := Plain(file.Name, 120)
	if wrong := checkName(strings.TrimSuffix(file.Name, "/")); wrong != "" {
		return refuse(fmt.Sprintf("The package has a file whose name %s: %s.", wrong, shown))
	}
	mode := file.Mode()
	if kind := mode.Type(); kind != 0 && kind != fs.ModeDir {
		return refuse(fmt.Sprintf("The package holds something that is neither a file nor a folder: %s.", shown))
	}
	if file.Flags&1 != 0 || file.Method != zip.Store && file.Method != zip.Deflate {
		return refuse(fmt.Sprintf("The package holds a file that is encrypted or packed in an unknown way: %s.", shown))
	}
	return seen.add(file.Name)
}

// checkName says what is wrong with a path, or nothing. It has to mean the same on
// every system.
func checkName(name string) string {
	switch {
	case name == "" || !utf8.ValidString(name):
		return "cannot be read"
	case len(name) > mostPath:
		return "is too long"
	case strings.ContainsAny(name, "\\:"):
		return "has a drive letter or a backslash"
	case strings.HasPrefix(name, "/"):
		return "begins at the top of the disk"
	case !fs.ValidPath(name) || name == ".":
		return "leads out of the package"
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return "has characters that are not seen"
		}
	}
	if strings.Count(name, "/") > mostDepth {
		return "stands in too many folders"
	}
	for part := range strings.SplitSeq(name, "/") {
		if device(part) {
			return "is one that Windows keeps for devices"
		}
		if len(part) > 255 {
			return "is too long"
		}
		if strings.TrimRight(part, ". ") != part {
			return "ends in a dot or a space"
		}
	}
	return ""
}

// device tells the names that mean a device on Windows in any folder, whatever
// follows a dot (learn.microsoft.com, "Naming Files, Paths, and Namespaces").
func device(part string) bool {
	base, _, _ := strings.Cut(strings.ToLower(part), ".")
	switch base = strings.TrimRight(base, " "); base {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	number := strings.TrimPrefix(strings.TrimPrefix(base, "com"), "lpt")
	return number != base && utf8.RuneCountInString(number) == 1 && strings.Contains("0123456789¹²³", number)
}

// names are the paths of an archive in a form in which those are the same that
// are one on some system; true for a file.
type names map[string]bool

// add notes an entry, and every folder on the way to it: what is unpacked has to be
// made, too.
func (n names) add(name string) error {
	clash := func() error {
		return refuse(fmt.Sprintf("The package has two files that would be one on some systems: %s.", Plain(name, 120)))
	}
	folder := strings.HasSuffix(name, "/")
	folded := cases.Fold().String(norm.NFC.String(strings.TrimSuffix(name, "/")))
	was, known := n[folded]
	if known && (was || !folder) {
		return clash()
	}
	n[folded] = !folder
	for parent := path.Dir(folded); parent != "."; parent = path.Dir(parent) {
		if file, known := n[parent]; known {
			if file {
				return clash()
			}
			break
		}
		n[parent] = false
	}
	if len(n) > 2*mostFiles {
		return tooMany()
	}
	return nil
}

// read reads what says what the package is.
func (a *archive) read(other []*zip.File) error {
	var err error
	for _, each := range a.files {
		switch each.name {
		case "package.json":
			a.text, err = readEntry(each.file, mostManifest)
		case "package.nls.json":
			a.translations, err = readEntry(each.file, mostManifest)
		}
		if err != nil {
			return err
		}
	}
	if a.text == nil {
		return refuse("The package has no extension/package.json, so it is no extension.")
	}
	for _, file := range other {
		if file.Name == "extension.vsixmanifest" {
			text, err := readEntry(file, mostManifest)
			if err != nil {
				return err
			}
			a.platform = platformOf(text)
		}
	}
	a.manifest, err = ReadManifest(a.text)
	return err
}

// readEntry unpacks a small file.
func readEntry(file *zip.File, most int64) ([]byte, error) {
	opened, err := file.Open()
	if err != nil {
		return nil, damaged()
	}
	defer opened.Close()
	data, err := io.ReadAll(io.LimitReader(opened, most+1))
	if err != nil {
		return nil, damaged()
	}
	if int64(len(data)) > most {
		return nil, refuse(fmt.Sprintf("Its %s is larger than %d MiB.", Plain(path.Base(file.Name), 120), most>>20))
	}
	return data, nil
}

// platformOf is the platform that a package's own manifest names; empty: all.
func platformOf(text []byte) string {
	var manifest struct {
		Identity struct {
			Platform string `xml:"TargetPlatform,attr"`
		} `xml:"Metadata>Identity"`
	}
	if xml.Unmarshal(text, &manifest) != nil {
		return ""
	}
	return strings.ToLower(manifest.Identity.Platform)
}
