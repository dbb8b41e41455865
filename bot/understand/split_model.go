package understand

import (
	_ "embed" // the model of cuts
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// cutSlots is how many weights the model of cuts has; what is known of a boundary is hashed to them.
const cutSlots = 1 << 16

// features are what is known of a boundary: slots with values.
type features struct {
	Slots  []uint16
	Values []float32
}

func (f *features) reset() { f.Slots, f.Values = f.Slots[:0], f.Values[:0] }

// mark notes something that holds, by its number.
func (f *features) mark(number uint32, value float32) { f.add(spaceMarks, number, 1, value) }

// add notes a character, or a pair, of a space.
func (f *features) add(space, a, b uint32, value float32) {
	h := (space*0x9E3779B1 ^ a) * 0x85EBCA6B
	h = (h ^ h>>13 ^ b) * 0xC2B2AE35
	f.Slots = append(f.Slots, uint16((h^h>>16)%cutSlots))
	f.Values = append(f.Values, value)
}

// cutModel is a logistic regression over hashed features: does another matter begin here?
type cutModel struct {
	scale  float32 // what one unit of a weight is worth
	bias   float32
	weight [cutSlots]int8
}

// cutsFile is made by `go run ./bot/understand/train`.
//
//go:embed cuts.bin
var cutsFile []byte

// The file: eight bytes of magic and version, the CRC-32 (IEEE) of all that follows, scale and bias as 32-bit floats, the weights.
const (
	cutsMagic = "tsscut\x00\x01"
	cutsSize  = 20 + cutSlots
)

// errCuts is returned for a file that isn't a whole model of cuts.
var errCuts = errors.New("cuts.bin: damaged or of another version")

func newCuts(file []byte) (*cutModel, error) {
	if len(file) != cutsSize || string(file[:8]) != cutsMagic || crc32.ChecksumIEEE(file[12:]) != binary.LittleEndian.Uint32(file[8:]) {
		return nil, errCuts
	}
	m := &cutModel{scale: math.Float32frombits(binary.LittleEndian.Uint32(file[12:])), bias: math.Float32frombits(binary.LittleEndian.Uint32(file[16:]))}
	for i, b := range file[20:] {
		m.weight[i] = int8(b)
	}
	return m, nil
}

// EncodeCuts writes a model of cuts as bot/understand embeds it. There is a weight for every slot of CutExample.
func EncodeCuts(weight []float64, bias float64) ([]byte, error) {
	if len(weight) != cutSlots {
		return nil, fmt.Errorf("cuts: %d weights, not %d", len(weight), cutSlots)
	}
	most := 1e-6
	for _, w := range weight {
		most = max(most, math.Abs(w))
	}
	body := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(most/127)))
	body = binary.LittleEndian.AppendUint32(body, math.Float32bits(float32(bias)))
	for _, w := range weight {
		body = append(body, byte(int8(math.Round(w/most*127))))
	}
	file := binary.LittleEndian.AppendUint32([]byte(cutsMagic), crc32.ChecksumIEEE(body))
	return append(file, body...), nil
}

// logit is the logarithm of the odds that another matter begins.
func (m *cutModel) logit(f *features) float64 {
	sum := float32(0)
	for i, s := range f.Slots {
		sum += float32(m.weight[s]) * f.Values[i]
	}
	return float64(m.bias + m.scale*sum)
}

// CutSlots is how many weights EncodeCuts takes.
const CutSlots = cutSlots

// CutExample is a boundary between clauses as the model of cuts is trained on it.
type CutExample struct {
	Slots  []uint16  // below CutSlots
	Values []float32 // beside them
	New    bool      // another matter begins
}

// CutExamples are the boundaries of a text made of the parts, each part a matter. It is empty where the text isn't read as it is
// written, so that positions would be wrong.
func (r *Reader) CutExamples(parts []string) []CutExample {
	var text []rune
	begins := map[int]bool{}
	for _, p := range parts {
		begins[len(text)] = true
		text = append(text, []rune(p)...)
	}
	s, ok := r.talkSheet(string(text))
	if !ok || len(s.text) != len(text) {
		return nil
	}
	clauses := clausesOf(s.text)
	c := r.newCutter(s, clauses)
	out := make([]CutExample, 0, len(clauses))
	start := 0
	for i := 1; i < len(clauses); i++ {
		c.evidence(&c.seen, start, i)
		e := CutExample{Slots: append([]uint16(nil), c.seen.Slots...), Values: append([]float32(nil), c.seen.Values...), New: begins[clauses[i].start]}
		if e.New {
			start = i
		}
		out = append(out, e)
	}
	return out
}
