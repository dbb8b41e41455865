package main

import (
	"math"
	"math/rand/v2"

	"tongshishang/bot/understand"
)

// The fitting of the model of cuts: AdaGrad over the logistic loss with a little decay.
const (
	cutEpochs = 8
	cutRate   = 0.1
	cutDecay  = 1e-3
)

// weighted is a boundary with how much it counts.
type weighted struct {
	understand.CutExample
	weight float64
}

// fitCuts finds weights and bias.
func fitCuts(examples []weighted, rng *rand.Rand) (weight []float64, bias float64) {
	weight = make([]float64, understand.CutSlots)
	square := make([]float64, understand.CutSlots+1)
	for range cutEpochs {
		rng.Shuffle(len(examples), func(i, j int) { examples[i], examples[j] = examples[j], examples[i] })
		for i := range examples {
			e := &examples[i]
			z := bias
			for k, s := range e.Slots {
				z += weight[s] * float64(e.Values[k])
			}
			g := 1 / (1 + math.Exp(-z))
			if e.New {
				g--
			}
			g *= e.weight
			for k, s := range e.Slots {
				d := g*float64(e.Values[k]) + cutDecay*weight[s]
				square[s] += d * d
				weight[s] -= cutRate * d / math.Sqrt(square[s]+1e-8)
			}
			square[understand.CutSlots] += g * g
			bias -= cutRate * g / math.Sqrt(square[understand.CutSlots]+1e-8)
		}
	}
	return weight, bias
}
