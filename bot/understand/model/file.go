package model

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// The file: eight bytes of magic and version, the CRC-32 (IEEE) of the body, then the body, deflated: the length of a JSON header, the
// header, then for each row its key, then each row's idf in 1/16, then the weights and the embeddings row by row. Integers are
// little-endian.
var magic = [8]byte{'t', 's', 's', 'm', 'o', 'd', 0, 2}

// longestBody bounds what a damaged file can make of itself.
const longestBody = 64 << 20

const idfUnit = 1.0 / 16

type header struct {
	Version string    `json:"version"`
	Heads   []Head    `json:"heads"`
	Rows    int       `json:"rows"`
	Scale   []float32 `json:"scale"`
	Bias    []float32 `json:"bias"`
	Net     layers    `json:"net,omitzero"`
}

// ErrDamaged is returned for a file that is not a model of this version, or not whole.
var ErrDamaged = errors.New("the model's file is damaged or of another version")

// Decode reads a model. Any bytes will do; what isn't a whole model is ErrDamaged with the reason.
func Decode(file []byte) (*Model, error) {
	if len(file) < 16 || !bytes.Equal(file[:8], magic[:]) {
		return nil, fmt.Errorf("%w: no model begins like this", ErrDamaged)
	}
	body, err := inflate(file[12:])
	if err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(file[8:]) {
		return nil, fmt.Errorf("%w: wrong checksum", ErrDamaged)
	}
	size := int(binary.LittleEndian.Uint32(body))
	if body = body[4:]; size > len(body) {
		return nil, fmt.Errorf("%w: cut short", ErrDamaged)
	}
	var h header
	if err := json.Unmarshal(body[:size], &h); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return h.model(body[size:])
}

func inflate(packed []byte) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), longestBody+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case len(body) < 4 || len(body) > longestBody:
		return nil, fmt.Errorf("%w: its body has %d bytes", ErrDamaged, len(body))
	}
	return body, nil
}

func (h header) model(rows []byte) (*Model, error) {
	m := &Model{Heads: h.Heads, Version: h.Version, scale: h.Scale, bias: h.Bias}
	for _, head := range h.Heads {
		m.width += len(head.Classes)
	}
	if h.Rows < 1 || h.Rows > 1<<24 || m.width < 1 || m.width > 1<<10 || len(h.Scale) != m.width || len(h.Bias) != m.width ||
		!h.Net.fits(m.width) || len(rows) != h.Rows*(5+m.width+h.Net.Dims) {
		return nil, fmt.Errorf("%w: its parts don't fit", ErrDamaged)
	}
	m.index(rows[:4*h.Rows], h.Rows)
	m.idf = make([]float32, h.Rows)
	for i, b := range rows[4*h.Rows : 5*h.Rows] {
		m.idf[i] = float32(b) * idfUnit
	}
	m.weight = make([]int8, h.Rows*m.width)
	for i, b := range rows[5*h.Rows:][:len(m.weight)] {
		m.weight[i] = int8(b) // the byte is a signed weight
	}
	m.net, m.embed = h.Net, make([]int8, h.Rows*h.Net.Dims)
	for i, b := range rows[5*h.Rows+len(m.weight):] {
		m.embed[i] = int8(b) // as above
	}
	return m, nil
}

func (m *Model) index(keys []byte, rows int) {
	size := 1
	for size < rows*3/2 {
		size *= 2
	}
	m.slots, m.mask = make([]slot, size), uint32(size-1) // at most 2^25
	for i := range rows {
		key := binary.LittleEndian.Uint32(keys[4*i:])
		at := key & m.mask
		for m.slots[at].row != 0 {
			at = (at + 1) & m.mask
		}
		m.slots[at] = slot{key, uint32(i + 1)} // at most 2^24
	}
}

// encode writes what Decode reads. The weights are rounded to 1/127 of each class's largest.
func encode(h header, keys []uint32, idf, weight, embed []float32) ([]byte, error) {
	h.Rows = len(keys)
	var weights, more []byte
	weights, h.Scale = quantise(weight, len(h.Bias))
	more, h.Net.Scale = quantise(embed, h.Net.Dims)
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("model header: %w", err)
	}
	body := binary.LittleEndian.AppendUint32(nil, uint32(len(head))) // some kilobytes
	body = append(body, head...)
	for _, k := range keys {
		body = binary.LittleEndian.AppendUint32(body, k)
	}
	for _, v := range idf {
		body = append(body, byte(math.Round(float64(v)/idfUnit)))
	}
	body = append(append(body, weights...), more...)
	return seal(body)
}

// seal makes the file of a body.
func seal(body []byte) ([]byte, error) {
	file := bytes.NewBuffer(binary.LittleEndian.AppendUint32(magic[:], crc32.ChecksumIEEE(body)))
	w, err := flate.NewWriter(file, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	return file.Bytes(), nil
}

// quantise rounds the values of each column to 1/127 of its largest.
func quantise(values []float32, width int) (bytes []byte, scale []float32) {
	scale = make([]float32, width)
	for i, v := range values {
		scale[i%width] = max(scale[i%width], float32(math.Abs(float64(v)))/127)
	}
	bytes = make([]byte, len(values))
	for i, v := range values {
		if s := scale[i%width]; s > 0 {
			bytes[i] = byte(int8(math.Round(float64(v / s))))
		}
	}
	return bytes, scale
}
