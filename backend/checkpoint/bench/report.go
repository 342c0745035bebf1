package bench

import (
	"fmt"
	"slices"
	"time"
)

// Operation is what is measured.
type Operation string

const (
	FirstCapture Operation = "first-capture"
	Unchanged    Operation = "unchanged"
	OneChanged   Operation = "one-changed"
	ManyChanged  Operation = "many-changed"
	Restore      Operation = "restore"
	Undo         Operation = "undo"
	DiskFirst    Operation = "disk-first"
	DiskOne      Operation = "disk-one-changed"
	DiskMany     Operation = "disk-many-changed"
	Memory       Operation = "memory"
)

// operations lists all, in the order of the table.
func operations() []Operation {
	return []Operation{FirstCapture, Unchanged, OneChanged, ManyChanged, Restore, Undo, DiskFirst, DiskOne, DiskMany, Memory}
}

func (o Operation) title(many int) string {
	switch o {
	case FirstCapture:
		return "first capture"
	case Unchanged:
		return "nothing changed"
	case OneChanged:
		return "one file changed"
	case ManyChanged:
		return fmt.Sprintf("%s files changed", grouped(int64(many)))
	case Restore:
		return fmt.Sprintf("restore these %s", grouped(int64(many)))
	case Undo:
		return "undo that restore"
	case DiskFirst:
		return "disk, first capture"
	case DiskOne:
		return fmt.Sprintf("disk, one file changed (mean of %d)", smallChanges)
	case DiskMany:
		return fmt.Sprintf("disk, %s files changed", grouped(int64(many)))
	case Memory:
		return "memory, a file more"
	}
	return string(o)
}

// Unit is what a row's values are in.
type Unit string

const (
	Milliseconds Unit = "ms"
	Bytes        Unit = "bytes"
)

func (o Operation) unit() Unit {
	switch o {
	case DiskFirst, DiskOne, DiskMany, Memory:
		return Bytes
	}
	return Milliseconds
}

// Report is all that was measured. Its JSON is kept stable.
type Report struct {
	System  string   `json:"system"`
	CPUs    int      `json:"cpus"`
	Git     string   `json:"git,omitempty"` // version
	Rounds  int      `json:"rounds"`
	Corpora []Corpus `json:"corpora"`
}

// Corpus is what was measured on one tree.
type Corpus struct {
	Files   int   `json:"files"`
	Folders int   `json:"folders"`
	Bytes   int64 `json:"bytes"`
	Many    int   `json:"many"` // files changed at once
	Rows    []Row `json:"rows"`
}

// Row is one operation.
type Row struct {
	Operation Operation `json:"operation"`
	Unit      Unit      `json:"unit"`
	Cells     []Cell    `json:"cells"` // one for each contender it makes sense for
	Goals     []Goal    `json:"goals"`
}

// Cell is one contender's value. Of time it is the median; of disk, the mean.
// The floor of disk is the bytes of the files themselves.
type Cell struct {
	Contender Name      `json:"contender"`
	Value     float64   `json:"value"`
	Floors    float64   `json:"floors,omitempty"` // as a multiple of the floor's
	Samples   []float64 `json:"samples,omitempty"`
	Inexact   string    `json:"inexact,omitempty"` // what a restore left wrong: it failed
}

// Goal is what the design wants, and whether it was reached.
type Goal struct {
	Contender Name   `json:"contender"`
	Text      string `json:"text"`
	Reached   bool   `json:"reached"`
}

// Failed lists where Keel itself restored something other than what was there.
func (r Report) Failed() []string {
	var out []string
	for _, c := range r.Corpora {
		for _, row := range c.Rows {
			for _, cell := range row.Cells {
				if cell.Inexact != "" && (cell.Contender == Keel || cell.Contender == KeelScan) {
					out = append(out, fmt.Sprintf("%s, %d files, %s: %s", cell.Contender.title(), c.Files, row.Operation.title(c.Many), cell.Inexact))
				}
			}
		}
	}
	return out
}

// cell returns a contender's cell, or nil.
func (r Row) cell(name Name) *Cell {
	for i := range r.Cells {
		if r.Cells[i].Contender == name {
			return &r.Cells[i]
		}
	}
	return nil
}

// result puts together what was measured.
func (b *bench) result() Corpus {
	out := Corpus{Files: len(b.corpus.files) + len(b.corpus.links), Folders: len(b.corpus.folders), Bytes: b.corpus.bytes, Many: b.many}
	for _, operation := range operations() {
		row := Row{Operation: operation, Unit: operation.unit()}
		for _, l := range b.lanes {
			if cell, ok := b.cell(l, operation); ok {
				row.Cells = append(row.Cells, cell)
			}
		}
		if least := row.cell(Floor); least != nil && least.Value > 0 {
			for i := range row.Cells {
				row.Cells[i].Floors = row.Cells[i].Value / least.Value
			}
		}
		row.Goals = reached(row)
		out.Rows = append(out.Rows, row)
	}
	return out
}

func (b *bench) cell(l *lane, operation Operation) (Cell, bool) {
	out := Cell{Contender: l.name, Inexact: l.inexact[operation]}
	rounds := float64(b.o.Rounds)
	switch operation {
	case DiskFirst:
		out.Value = mean(l.disk[FirstCapture], b.corpus.bytes*int64(b.o.Rounds), l.name, rounds)
	case DiskOne:
		out.Value = mean(l.disk[DiskOne], b.changed[DiskOne], l.name, smallChanges)
	case DiskMany:
		out.Value = mean(l.disk[ManyChanged], b.changed[ManyChanged], l.name, rounds)
	case Memory:
		out.Value = float64(l.heap) / float64(len(b.corpus.files)+len(b.corpus.links))
		return out, l.name == Keel || l.name == KeelScan
	default:
		for _, taken := range l.times[operation] {
			out.Samples = append(out.Samples, float64(taken)/float64(time.Millisecond))
		}
		out.Value = median(out.Samples)
	}
	return out, true
}

// mean is what a round took on the disk; of the floor, the files' own bytes.
func mean(taken, bytes int64, name Name, rounds float64) float64 {
	if name == Floor {
		taken = bytes
	}
	return float64(taken) / rounds
}

func median(samples []float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case n%2 == 0:
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[n/2]
}
