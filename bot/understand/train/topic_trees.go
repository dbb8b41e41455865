package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"tongshishang/bot/topic"
)

// example is a pair with what is known about it.
type example struct {
	features topic.Features
	same     bool
	weight   float64
}

// boosting holds the settings of gradient boosting.
type boosting struct {
	trees     int
	rate      float64 // how much of a tree's answer counts
	l2        float64 // pulls leaves towards 0
	leafMin   float64 // least weight (second derivative) in a leaf
	rowShare  float64 // of the examples that a tree sees
	sideShare float64 // of the features that a tree sees
}

const bins = 48

// boost fits trees to the logistic loss. The same examples and seed give the same trees.
func boost(examples []example, b boosting, seed uint64) (base float32, trees []topic.Tree) {
	random := rand.New(rand.NewPCG(seed, 0x746f706963)) //nolint:gosec // the same seed must give the same trees
	t := newBoosted(examples)
	sum, positive := 0.0, 0.0
	for _, e := range examples {
		sum += e.weight
		if e.same {
			positive += e.weight
		}
	}
	base = float32(math.Log(positive / (sum - positive)))
	margin := make([]float64, len(examples))
	for i := range margin {
		margin[i] = float64(base)
	}
	for range b.trees {
		t.slopes(margin)
		tree := t.grow(b, random)
		for i := range examples {
			margin[i] += answer(&tree, &examples[i].features)
		}
		trees = append(trees, tree)
	}
	return base, trees
}

func answer(t *topic.Tree, f *topic.Features) float64 {
	at := 0
	for range topic.Depth {
		next := 2*at + 1
		if f[t.Feature[at]] > t.Bound[at] {
			next++
		}
		at = next
	}
	return float64(t.Leaf[at-len(t.Bound)])
}

// boosted is the examples with their features cut into bins.
type boosted struct {
	examples []example
	bounds   [topic.NumFeatures][]float32 // bin i holds values up to bounds[i]
	bin      [topic.NumFeatures][]uint8
	slope    []float64
	curve    []float64
}

func newBoosted(examples []example) *boosted {
	t := &boosted{examples: examples, slope: make([]float64, len(examples)), curve: make([]float64, len(examples))}
	values := make([]float32, len(examples))
	for f := range t.bounds {
		for i := range examples {
			values[i] = examples[i].features[f]
		}
		slices.Sort(values)
		for q := 1; q < bins; q++ {
			at := q * len(values) / bins
			// A bound lies between two values, so that rounding in another program changes nothing.
			for at > 0 && at < len(values) && values[at] == values[at-1] {
				at++
			}
			if at == 0 || at >= len(values) {
				continue
			}
			bound := (values[at-1] + values[at]) / 2
			if n := len(t.bounds[f]); n == 0 || t.bounds[f][n-1] < bound {
				t.bounds[f] = append(t.bounds[f], bound)
			}
		}
		t.bin[f] = make([]uint8, len(examples))
		for i := range examples {
			n, _ := slices.BinarySearch(t.bounds[f], examples[i].features[f])
			t.bin[f][i] = uint8(n)
		}
	}
	return t
}

// slopes are the first and second derivatives of the loss.
func (t *boosted) slopes(margin []float64) {
	for i, e := range t.examples {
		p := 1 / (1 + math.Exp(-margin[i]))
		y := 0.0
		if e.same {
			y = 1
		}
		t.slope[i] = e.weight * (y - p)
		t.curve[i] = e.weight * max(p*(1-p), 1e-6)
	}
}

// grow makes one tree of the examples and features drawn for it.
func (t *boosted) grow(b boosting, random *rand.Rand) topic.Tree {
	var tree topic.Tree
	var rows []int32
	for i := range t.examples {
		if random.Float64() < b.rowShare {
			rows = append(rows, int32(i))
		}
	}
	var features []int
	for f := range t.bounds {
		if random.Float64() < b.sideShare {
			features = append(features, f)
		}
	}
	t.split(&tree, 0, rows, features, b)
	return tree
}

// split fills the node and everything below it.
func (t *boosted) split(tree *topic.Tree, node int, rows []int32, features []int, b boosting) {
	if node >= len(tree.Bound) {
		g, h := 0.0, 0.0
		for _, i := range rows {
			g, h = g+t.slope[i], h+t.curve[i]
		}
		tree.Leaf[node-len(tree.Bound)] = float32(b.rate * g / (h + b.l2))
		return
	}
	f, cut, ok := t.best(rows, features, b)
	if !ok {
		tree.Bound[node] = math.MaxFloat32
		t.split(tree, 2*node+1, rows, features, b)
		return
	}
	tree.Feature[node], tree.Bound[node] = uint8(f), t.bounds[f][cut]
	var left, right []int32
	for _, i := range rows {
		if int(t.bin[f][i]) <= cut {
			left = append(left, i)
		} else {
			right = append(right, i)
		}
	}
	t.split(tree, 2*node+1, left, features, b)
	t.split(tree, 2*node+2, right, features, b)
}

// best finds the feature and bin after which a split gains most.
func (t *boosted) best(rows []int32, features []int, b boosting) (feature, cut int, ok bool) {
	most := 1e-3
	for _, f := range features {
		var g, h [bins + 1]float64
		sumG, sumH := 0.0, 0.0
		for _, i := range rows {
			n := t.bin[f][i]
			g[n] += t.slope[i]
			h[n] += t.curve[i]
			sumG, sumH = sumG+t.slope[i], sumH+t.curve[i]
		}
		whole := sumG * sumG / (sumH + b.l2)
		leftG, leftH := 0.0, 0.0
		for n := range t.bounds[f] {
			leftG, leftH = leftG+g[n], leftH+h[n]
			rightG, rightH := sumG-leftG, sumH-leftH
			if leftH < b.leafMin || rightH < b.leafMin {
				continue
			}
			if gain := leftG*leftG/(leftH+b.l2) + rightG*rightG/(rightH+b.l2) - whole; gain > most {
				most, feature, cut, ok = gain, f, n, true
			}
		}
	}
	return feature, cut, ok
}
