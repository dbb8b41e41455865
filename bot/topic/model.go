package topic

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// The model file, little endian: magic, version, number of features, number of trees, the base score, the 16 weights, the
// frequency levels (two grams a byte), the trees, and a CRC-32 (IEEE) of everything before it.
const (
	modelMagic   = "TSST"
	modelVersion = 1
	levelBits    = 20 // grams are told apart by this many bits for their frequency
	levelBytes   = 1 << (levelBits - 1)
	maxTrees     = 2000
)

// Depth is the depth of every tree: 15 questions, 16 leaves.
const Depth = 4

// Tree is a complete binary tree in heap order. A question asks whether the feature is above the bound; yes goes right.
type Tree struct {
	Feature [1<<Depth - 1]uint8
	Bound   [1<<Depth - 1]float32
	Leaf    [1 << Depth]float32 // log-odds
}

// Model is what was learnt. Build it with NewModel and Count, or decode it.
type Model struct {
	Base    float32 // log-odds before the trees
	Trees   []Tree
	weights [16]float32      // of a gram, by level
	levels  [levelBytes]byte // frequency levels, two a byte
}

// level is how frequent a gram is: 0 rare or never seen, then a step for each doubling.
func (m *Model) level(hash uint32) uint8 {
	slot := hash >> (32 - levelBits)
	return m.levels[slot>>1] >> (slot & 1 * 4) & 15
}

// score sums the trees: the log-odds that both texts are about the same matter.
func (m *Model) score(f *Features) float32 {
	sum := m.Base
	for i := range m.Trees {
		t := &m.Trees[i]
		at := 0
		for range Depth {
			at = 2*at + 1
			if f[t.Feature[at>>1]] > t.Bound[at>>1] {
				at++
			}
		}
		sum += t.Leaf[at-len(t.Bound)]
	}
	return sum
}

// rarest is the number of texts up to which a gram has level 0. Grams that few texts have are all the same: whether a name was
// in the training files must not matter.
const rarest = 4

// NewModel makes a model without trees from how often grams occur: counts maps a gram's hash (see Hashes) to the number of
// texts with it, of all texts.
func NewModel(counts map[uint32]int, texts int) *Model {
	m := new(Model)
	for i := range m.weights {
		m.weights[i] = float32(math.Log(1 + float64(texts)/(rarest*math.Exp2(float64(i)))))
	}
	for hash, n := range counts {
		level := byte(0)
		for limit := rarest; n > limit && level < 15; limit *= 2 {
			level++
		}
		slot := hash >> (32 - levelBits)
		shift := slot & 1 * 4
		if b := &m.levels[slot>>1]; *b>>shift&15 < level {
			*b = *b&^(15<<shift) | level<<shift
		}
	}
	return m
}

// Hashes are the distinct hashes of a text's grams, in ascending order: what NewModel counts.
func Hashes(text string) []uint32 {
	runes := fold(text)
	var all []gram
	for i := range runes {
		for n := 2; n <= 3 && i+n <= len(runes) && !hasGap(runes[i:i+n]); n++ {
			all = append(all, gram{hash: mix(pack(runes[i : i+n]))})
		}
	}
	all = distinct(all)
	out := make([]uint32, len(all))
	for i, g := range all {
		out[i] = g.hash
	}
	return out
}

// Encode writes the model as New reads it.
func (m *Model) Encode() []byte {
	var b bytes.Buffer
	b.WriteString(modelMagic)
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) } // a buffer never fails
	put([3]uint16{modelVersion, NumFeatures, uint16(len(m.Trees))})
	put(m.Base)
	put(m.weights)
	b.Write(m.levels[:])
	put(m.Trees)
	put(crc32.ChecksumIEEE(b.Bytes()))
	return b.Bytes()
}

var errModel = errors.New("not a topic model")

// decodeModel reads and checks a model file; a file of another version or with other features is refused.
func decodeModel(data []byte) (*Model, error) {
	const head = len(modelMagic) + 6
	if len(data) < head+4 || string(data[:len(modelMagic)]) != modelMagic {
		return nil, errModel
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, fmt.Errorf("%w: wrong checksum", errModel)
	}
	r := bytes.NewReader(body[len(modelMagic):])
	var kind [3]uint16
	if err := binary.Read(r, binary.LittleEndian, &kind); err != nil {
		return nil, fmt.Errorf("%w: %w", errModel, err)
	}
	if kind[0] != modelVersion || kind[1] != NumFeatures || kind[2] > maxTrees {
		return nil, fmt.Errorf("%w: version %d with %d features and %d trees, this program wants version %d with %d",
			errModel, kind[0], kind[1], kind[2], modelVersion, NumFeatures)
	}
	m := &Model{Trees: make([]Tree, kind[2])}
	for _, part := range []any{&m.Base, &m.weights, &m.levels, m.Trees} {
		if err := binary.Read(r, binary.LittleEndian, part); err != nil {
			return nil, fmt.Errorf("%w: %w", errModel, err)
		}
	}
	if r.Len() != 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", errModel, r.Len())
	}
	return m, m.check()
}

// check refuses numbers that no training makes.
func (m *Model) check() error {
	for _, w := range append(m.weights[:], m.Base) {
		if math.IsNaN(float64(w)) || math.IsInf(float64(w), 0) {
			return fmt.Errorf("%w: a weight isn't a number", errModel)
		}
	}
	for i := range m.Trees {
		for _, f := range m.Trees[i].Feature {
			if f >= NumFeatures {
				return fmt.Errorf("%w: tree %d asks for feature %d", errModel, i, f)
			}
		}
		for _, v := range m.Trees[i].Leaf {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%w: tree %d has a leaf that isn't a number", errModel, i)
			}
		}
	}
	return nil
}
