package model

import (
	"math"
	"math/rand/v2"
)

// layers are the second opinion: the n-grams' embeddings added up, one hidden layer, all classes. They generalise over n-grams that are
// used alike, where the linear part knows each by itself.
type layers struct {
	Dims    int       `json:"dims"`
	Hidden  int       `json:"hidden"`
	In      []float32 `json:"in"` // hidden × dims
	InBias  []float32 `json:"in_bias"`
	Out     []float32 `json:"out"` // classes × hidden
	OutBias []float32 `json:"out_bias"`
	Scale   []float32 `json:"scale"` // by dimension: what one unit of an embedding is worth
}

// fits tells whether the parts go together; there may be no layers at all.
func (n *layers) fits(width int) bool {
	if n.Dims == 0 {
		return n.Hidden == 0
	}
	return n.Dims > 0 && n.Dims <= 512 && n.Hidden > 0 && n.Hidden <= 1024 && len(n.In) == n.Hidden*n.Dims && len(n.InBias) == n.Hidden &&
		len(n.Out) == width*n.Hidden && len(n.OutBias) == width && len(n.Scale) == n.Dims
}

// NetOptions are the sizes of the layers and how they are trained; no Dims means no layers.
type NetOptions struct {
	Dims, Hidden, Epochs int
	Rate                 float64 // the first step's length
	Drop                 float64 // the share of n-grams left out at each look
}

// fitNet trains the layers by stochastic gradient descent with Adagrad steps.
//
//nolint:cyclop,funlen // one pass in order: forward, the loss, and back through each layer
func (f *fitting) fitNet(o NetOptions, chosen func(i int) bool) (layers, []float32) {
	if o.Dims == 0 {
		return layers{}, nil
	}
	width := len(f.weight)
	n := layers{Dims: o.Dims, Hidden: o.Hidden}
	rng := rand.New(rand.NewPCG(f.opt.Seed, 77)) //nolint:gosec // deterministic on purpose
	random := func(size int, spread float64) []float32 {
		out := make([]float32, size)
		for i := range out {
			out[i] = float32((rng.Float64()*2 - 1) * spread)
		}
		return out
	}
	embed := random(len(f.keys)*o.Dims, 0.5/math.Sqrt(float64(o.Dims)))
	n.In, n.InBias = random(o.Hidden*o.Dims, math.Sqrt(3/float64(o.Dims))), make([]float32, o.Hidden)
	n.Out, n.OutBias = random(width*o.Hidden, 0.5/math.Sqrt(float64(o.Hidden))), make([]float32, width)
	gE, gI, gIB, gO, gOB := make([]float32, len(embed)), make([]float32, len(n.In)), make([]float32, o.Hidden), make([]float32, len(n.Out)), make([]float32, width)
	order := []int{}
	for i := range f.rows {
		if chosen(i) {
			order = append(order, i)
		}
	}
	rate := float32(o.Rate)
	upd := func(w, g *float32, d float32, rate float32) {
		*g += d * d
		*w -= rate * d / (float32(math.Sqrt(float64(*g))) + 1e-6)
	}
	D, H := o.Dims, o.Hidden
	sum, hid, dh, ds := make([]float32, D), make([]float32, H), make([]float32, H), make([]float32, D)
	logit, dl := make([]float64, width), make([]float32, width)
	kept := []entry{}
	for ep := range o.Epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		r := rate * float32(1-float64(ep)/float64(o.Epochs)*0.8)
		for _, i := range order {
			kept = kept[:0]
			for _, e := range f.rows[i] {
				if rng.Float64() >= o.Drop {
					kept = append(kept, e)
				}
			}
			clear(sum)
			for _, e := range kept {
				v := embed[int(e.row)*D:][:D]
				for d := range v {
					sum[d] += e.value * v[d]
				}
			}
			n.forward(sum, hid, logit)
			clear(dl)
			at := 0
			for h, head := range f.opt.Heads {
				t := f.targets[i][h]
				k := len(head.Classes)
				if t.Weight > 0 {
					n.lossGrad(logit[at:at+k], dl[at:at+k], t)
				}
				at += k
			}
			clear(dh)
			for k := range width {
				if dl[k] == 0 {
					continue
				}
				w := n.Out[k*H:][:H]
				g := gO[k*H:][:H]
				for j := range w {
					dh[j] += dl[k] * w[j]
					if hid[j] != 0 {
						upd(&w[j], &g[j], dl[k]*hid[j], r)
					}
				}
				upd(&n.OutBias[k], &gOB[k], dl[k], r)
			}
			clear(ds)
			for j := range H {
				if hid[j] == 0 {
					continue
				}
				w := n.In[j*D:][:D]
				g := gI[j*D:][:D]
				for d := range w {
					ds[d] += dh[j] * w[d]
					upd(&w[d], &g[d], dh[j]*sum[d], r)
				}
				upd(&n.InBias[j], &gIB[j], dh[j], r)
			}
			for _, e := range kept {
				v := embed[int(e.row)*D:][:D]
				g := gE[int(e.row)*D:][:D]
				for d := range v {
					upd(&v[d], &g[d], ds[d]*e.value, r)
				}
			}
		}
	}
	return n, embed
}

func (n *layers) forward(sum, hid []float32, logit []float64) {
	for j := range hid {
		s := n.InBias[j]
		w := n.In[j*n.Dims:][:n.Dims]
		for d := range w {
			s += w[d] * sum[d]
		}
		hid[j] = max(0, s)
	}
	for k := range logit {
		s := n.OutBias[k]
		w := n.Out[k*n.Hidden:][:n.Hidden]
		for j := range w {
			s += w[j] * hid[j]
		}
		logit[k] = float64(s)
	}
}

// lossGrad is the gradient of the cross entropy; an unknown class among silent ones counts their sum.
func (n *layers) lossGrad(logit []float64, out []float32, t Target) {
	best := math.Inf(-1)
	for _, l := range logit {
		best = max(best, l)
	}
	sum, mass := 0.0, 0.0
	p := make([]float64, len(logit))
	for k, l := range logit {
		p[k] = math.Exp(l - best)
		sum += p[k]
		if t.Class == Unknown && t.Silent&(1<<k) != 0 {
			mass += p[k]
		}
	}
	for k := range p {
		want := 0.0
		if t.Class == k {
			want = 1
		} else if t.Class == Unknown && t.Silent&(1<<k) != 0 {
			want = p[k] / mass
		}
		out[k] = float32((p[k]/sum - want) * t.Weight)
	}
}
