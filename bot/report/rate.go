package report

import (
	"encoding/json"
	"math/big"
	"strings"

	"tongshishang/config"
)

// Rate is a rate of the pack, worked out. Everything is exact until the last digit is rounded.
type Rate struct {
	Numerator   json.Number `json:"numerator"`   // whole unless the pack's weights are not
	Denominator json.Number `json:"denominator"` // n
	// Percent has the pack's number of decimals, rounded half up: "83.3". It is nil when n is too small to speak of a rate
	// (rule book, section 3).
	Percent *string `json:"percent"`
}

// work works a declared rate out of the counts.
func work(rule config.Rate, pack *config.Rates, counts map[string]int64) Rate {
	num, den := weigh(rule.Numerator, counts), weigh(rule.Denominator, counts)
	r := Rate{Numerator: number(num), Denominator: number(den)}
	if den.Sign() > 0 && den.Cmp(big.NewRat(int64(pack.MinN), 1)) >= 0 {
		percent := roundHalfUp(new(big.Rat).Quo(new(big.Rat).Mul(num, big.NewRat(100, 1)), den), pack.Decimals)
		r.Percent = &percent
	}
	return r
}

// print is the rate as a table shows it: 83.3%(n=6), or 样本不足(n=3).
func (r Rate) print(pack *config.Rates) string {
	n := "(n=" + r.Denominator.String() + ")"
	if r.Percent == nil {
		return pack.TooFew + n
	}
	return *r.Percent + "%" + n
}

func weigh(sum config.Sum, counts map[string]int64) *big.Rat {
	total := new(big.Rat)
	for _, term := range sum {
		total.Add(total, new(big.Rat).Mul(term.Weight, new(big.Rat).SetInt64(counts[term.Counter])))
	}
	return total
}

// number writes a rational as a JSON number: exactly where it has an end, else to six places.
func number(r *big.Rat) json.Number {
	const places = 6
	n, exact := r.FloatPrec()
	if !exact {
		n = places
	}
	return json.Number(r.FloatString(n))
}

// roundHalfUp writes a rational that isn't negative with so many decimals, five rounded up.
func roundHalfUp(r *big.Rat, decimals int) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(scale))
	scaled.Add(scaled, big.NewRat(1, 2))
	digits := new(big.Int).Quo(scaled.Num(), scaled.Denom()).String()
	if decimals == 0 {
		return digits
	}
	if pad := decimals + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	cut := len(digits) - decimals
	return digits[:cut] + "." + digits[cut:]
}
