package codemap

import "math"

// graph has a link from each file to those that define what it mentions.
type graph struct {
	from   []int32   // links[from[i]:from[i+1]] are those of file i
	to     []int32   // the other end of a link
	weight []float64 // shares of the file's links; they add up to 1
}

// mostDefiners: a name that more files define tells nothing about any of them.
const mostDefiners = 8

// newGraph links files by names. A name counts by the root of how often it is
// mentioned, shared by those that define it.
func newGraph(x *index) *graph {
	definers := map[uint32][]int32{}
	for i, f := range x.files {
		for _, s := range f.symbols {
			number, ok := x.names.number(s.Name)
			if !ok {
				continue
			}
			known := definers[number]
			if len(known) <= mostDefiners && (len(known) == 0 || known[len(known)-1] != int32(i)) {
				definers[number] = append(known, int32(i))
			}
		}
	}
	g := &graph{from: make([]int32, len(x.files)+1)}
	weights := make([]float64, len(x.files))
	for i, f := range x.files {
		var touched []int32
		total := 0.0
		for _, m := range f.mentions {
			all := definers[m.name]
			if len(all) == 0 || len(all) > mostDefiners {
				continue
			}
			weight := math.Sqrt(float64(m.count)) / float64(len(all))
			for _, d := range all {
				if d == int32(i) {
					continue
				}
				if weights[d] == 0 {
					touched = append(touched, d)
				}
				weights[d] += weight
				total += weight
			}
		}
		for _, d := range touched {
			g.to = append(g.to, d)
			g.weight = append(g.weight, weights[d]/total)
			weights[d] = 0
		}
		g.from[i+1] = int32(len(g.to))
	}
	return g
}

const (
	followed = 0.6 // how much of a file's rank goes along its links; the rest begins anew
	rounds   = 12
)

// rank is a PageRank that begins at the files with a share of start, which add up
// to 1.
func (g *graph) rank(start []float64) []float64 {
	now := append([]float64(nil), start...)
	for range rounds {
		next := make([]float64, len(now))
		lost := 0.0 // by files without links
		for i, rank := range now {
			if rank == 0 {
				continue
			}
			links := g.to[g.from[i]:g.from[i+1]]
			if len(links) == 0 {
				lost += rank
				continue
			}
			for j, to := range links {
				next[to] += rank * g.weight[int(g.from[i])+j]
			}
		}
		for i := range next {
			next[i] = followed*(next[i]+lost*start[i]) + (1-followed)*start[i]
		}
		now = next
	}
	return now
}
