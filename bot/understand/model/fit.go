package model

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Target is what is known of an example for one head.
type Target struct {
	Class  int    // index of the right class; Unknown if none is known to be right
	Silent uint64 // bit k: the example says nothing about class k
	Weight float64
}

// Unknown is the class of a target that only says what a text is not.
const Unknown = -1

// Example is a text with what is known of it: a target for each head. A weight of 0 leaves a head out.
type Example struct {
	Keys    []uint32
	Counts  []float32
	Marks   int
	Targets []Target
}

// Options are how a model is fitted.
type Options struct {
	Version string
	Heads   []Head    // their Sharpness is fitted
	Cost    []float64 // by head: what an error costs beside large weights
	Epochs  int
	Seed    uint64
	Least   int // examples an n-gram must occur in
	Rows    int // most rows kept
	Net     NetOptions
	Workers int // 0: as many as there are processors
}

// fitting is a fit under way: examples as rows of a matrix, and weights by class and row.
type fitting struct {
	opt     Options
	keys    []uint32
	idf     []float32
	seen    []int32 // by row: examples it occurs in
	rows    [][]entry
	targets [][]Target
	weight  [][]float32 // by class; the last one is the bias
	net     layers
	embed   []float32
}

type entry struct {
	row   uint32
	value float32
}

// Fit trains a model: for each class a linear support-vector machine with squared hinge loss against all others, solved in the dual
// by coordinate descent (Hsieh et al., ICML 2008), over n-grams weighted by tf·idf and normalised, with the marks beside them. The
// sharpness of each head is fitted on every tenth example with weights from the others. Equal input and seed give equal bytes.
func Fit(examples []Example, opt Options) ([]byte, error) {
	if len(examples) == 0 || len(opt.Heads) != len(opt.Cost) {
		return nil, fmt.Errorf("fit: %d examples, %d heads, %d costs", len(examples), len(opt.Heads), len(opt.Cost))
	}
	f := &fitting{opt: opt}
	f.opt.Heads = slices.Clone(opt.Heads)
	f.number(examples)
	f.build(examples)
	if len(f.keys) > opt.Rows {
		f.solve(func(int) bool { return true })
		f.prune()
		f.build(examples)
	}
	most, rest := func(i int) bool { return i%10 != 0 }, func(i int) bool { return i%10 == 0 }
	f.solve(most)
	f.net, f.embed = f.fitNet(opt.Net, most)
	f.sharpen(rest)
	f.solve(func(int) bool { return true })
	f.net, f.embed = f.fitNet(opt.Net, func(int) bool { return true })
	return f.file()
}

// number gives the n-grams that occur often enough their rows and weights.
func (f *fitting) number(examples []Example) {
	seen := make(map[uint32]int32)
	marks := make(map[uint32]bool)
	for i := range examples {
		e := &examples[i]
		keys := slices.Clone(e.Keys)
		slices.Sort(keys)
		for _, k := range slices.Compact(keys) {
			seen[k]++
		}
		for _, k := range e.Keys[len(e.Keys)-e.Marks:] {
			marks[k] = true
		}
	}
	for k, n := range seen {
		if int(n) >= f.opt.Least || marks[k] {
			f.keys = append(f.keys, k)
		}
	}
	slices.Sort(f.keys)
	for _, k := range f.keys {
		idf := math.Log(float64(len(examples)+1) / float64(seen[k]))
		f.idf = append(f.idf, float32(math.Round(idf/idfUnit)*idfUnit))
		f.seen = append(f.seen, seen[k])
	}
}

// build turns the examples into rows of numbers.
func (f *fitting) build(examples []Example) {
	number := make(map[uint32]uint32, len(f.keys))
	for i, k := range f.keys {
		number[k] = uint32(i) // fewer than 2^32 n-grams
	}
	f.rows, f.targets = nil, nil
	for i := range examples {
		f.rows = append(f.rows, f.entries(&examples[i], number))
		f.targets = append(f.targets, examples[i].Targets)
	}
}

// prune keeps the rows that matter most: by their largest weight and how often they come.
func (f *fitting) prune() {
	type ranked struct {
		row    int
		weight float64
	}
	order := make([]ranked, len(f.keys))
	for i := range f.keys {
		order[i].row = i
		for _, w := range f.weight {
			order[i].weight = max(order[i].weight, math.Abs(float64(w[i]*f.idf[i])))
		}
		order[i].weight *= math.Sqrt(float64(f.seen[i]))
	}
	slices.SortFunc(order, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.row, b.row))
	})
	order = order[:min(len(order), f.opt.Rows)]
	slices.SortFunc(order, func(a, b ranked) int { return cmp.Compare(a.row, b.row) })
	for i, r := range order {
		f.keys[i], f.idf[i], f.seen[i] = f.keys[r.row], f.idf[r.row], f.seen[r.row]
	}
	f.keys, f.idf, f.seen = f.keys[:len(order)], f.idf[:len(order)], f.seen[:len(order)]
}

func (f *fitting) entries(e *Example, number map[uint32]uint32) []entry {
	grams := len(e.Keys) - e.Marks
	counts := make(map[uint32]float32, grams)
	for i, k := range e.Keys[:grams] {
		if row, ok := number[k]; ok {
			counts[row] += e.Counts[i]
		}
	}
	out := make([]entry, 0, len(counts)+e.Marks)
	norm := 0.0
	for row, c := range counts {
		x := (1 + log(c)) * f.idf[row]
		if x == 0 { // every text has it
			continue
		}
		norm += float64(x) * float64(x)
		out = append(out, entry{row, x})
	}
	for i := range out {
		out[i].value /= float32(math.Sqrt(norm))
	}
	slices.SortFunc(out, func(a, b entry) int { return cmp.Compare(a.row, b.row) })
	for i, k := range e.Keys[grams:] {
		if row, ok := number[k]; ok {
			out = append(out, entry{row, e.Counts[grams+i] * markValue})
		}
	}
	return out
}

// solve fits the weights of all classes on the examples chosen.
func (f *fitting) solve(chosen func(i int) bool) {
	f.weight = nil
	type job struct{ head, class, at int }
	var jobs []job
	for h, head := range f.opt.Heads {
		for k := range head.Classes {
			jobs = append(jobs, job{h, k, len(jobs)})
		}
	}
	f.weight = make([][]float32, len(jobs))
	workers := f.opt.Workers
	if workers == 0 {
		workers = runtime.NumCPU()
	}
	queue := make(chan job)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range queue {
				f.weight[j.at] = f.solveClass(j.head, j.class, chosen)
			}
		})
	}
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	wg.Wait()
}

// point is an example as one class sees it.
type point struct {
	entries []entry
	sign    float32
	cost    float64
	square  float64
	alpha   float64
}

func (f *fitting) solveClass(head, class int, chosen func(i int) bool) []float32 {
	var points []point
	for i, row := range f.rows {
		t := f.targets[i][head]
		if t.Weight == 0 || t.Silent&(1<<class) != 0 || !chosen(i) {
			continue
		}
		p := point{entries: row, sign: -1, cost: t.Weight * f.opt.Cost[head], square: 1}
		if t.Class == class {
			p.sign = 1
		}
		for _, e := range row {
			p.square += float64(e.value) * float64(e.value)
		}
		points = append(points, p)
	}
	w := make([]float32, len(f.keys)+1)
	rng := rand.New(rand.NewPCG(f.opt.Seed, uint64(head)<<32|uint64(class))) //nolint:gosec // deterministic on purpose
	for range f.opt.Epochs {
		rng.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
		for i := range points {
			points[i].step(w)
		}
	}
	return w
}

// step moves one dual variable to its best value.
func (p *point) step(w []float32) {
	bias := &w[len(w)-1]
	s := *bias
	for _, e := range p.entries {
		s += w[e.row] * e.value
	}
	diagonal := 0.5 / p.cost
	gradient := float64(p.sign*s) - 1 + p.alpha*diagonal
	old := p.alpha
	p.alpha = max(0, old-gradient/(p.square+diagonal))
	if delta := float32(p.alpha-old) * p.sign; delta != 0 {
		for _, e := range p.entries {
			w[e.row] += delta * e.value
		}
		*bias += delta
	}
}

// sharpen fits for each head how much either part's scores count: what makes the right classes of the chosen examples likeliest.
func (f *fitting) sharpen(chosen func(i int) bool) {
	at := 0
	for h := range f.opt.Heads {
		head := &f.opt.Heads[h]
		linear, layered, targets := f.outputs(h, at, chosen)
		best := math.Inf(1)
		for sharp := 0.0; sharp <= 8; sharp += 0.25 {
			for blend := 0.0; blend <= 2; blend += 0.1 {
				if loss := blendLoss(linear, layered, targets, sharp, blend); loss < best {
					best, head.Sharpness, head.Blend = loss, sharp, blend
				}
			}
		}
		at += len(head.Classes)
	}
}

// outputs are what both parts say of the chosen examples whose class is known.
func (f *fitting) outputs(head, at int, chosen func(i int) bool) (linear, layered [][]float64, targets []Target) {
	sum, hidden, logits := make([]float32, f.net.Dims), make([]float32, f.net.Hidden), make([]float64, len(f.weight))
	for i, row := range f.rows {
		t := f.targets[i][head]
		if t.Weight == 0 || t.Class < 0 || !chosen(i) {
			continue
		}
		scores := make([]float64, len(f.opt.Heads[head].Classes))
		for k := range scores {
			scores[k] = f.score(f.weight[at+k], row)
		}
		clear(sum)
		for _, e := range row {
			for d, v := range f.embed[int(e.row)*len(sum):][:len(sum)] {
				sum[d] += e.value * v
			}
		}
		if f.net.Dims > 0 {
			f.net.forward(sum, hidden, logits)
		}
		linear, layered = append(linear, scores), append(layered, slices.Clone(logits[at:at+len(scores)]))
		targets = append(targets, t)
	}
	return linear, layered, targets
}

func blendLoss(linear, layered [][]float64, targets []Target, sharp, blend float64) float64 {
	loss := 0.0
	var scores []float64
	for i, t := range targets {
		scores = scores[:0]
		for k, s := range linear[i] {
			scores = append(scores, sharp*s+blend*layered[i][k])
		}
		loss -= t.Weight * math.Log(max(1e-9, Probabilities(scores)[t.Class]))
	}
	return loss
}

func (f *fitting) score(w []float32, row []entry) float64 {
	s := w[len(w)-1]
	for _, e := range row {
		s += w[e.row] * e.value
	}
	return float64(s)
}

// file writes the model.
func (f *fitting) file() ([]byte, error) {
	width := len(f.weight)
	h := header{Version: f.opt.Version, Heads: f.opt.Heads, Net: f.net, Bias: make([]float32, width)}
	weight := make([]float32, 0, len(f.keys)*width)
	for row := range f.keys {
		for _, w := range f.weight {
			weight = append(weight, w[row])
		}
	}
	for k, w := range f.weight {
		h.Bias[k] = w[len(w)-1]
	}
	return encode(h, f.keys, f.idf, weight, f.embed)
}
