package model

import (
	"errors"
	"testing"
)

// FuzzDecode damages a model's body and packs it again, so that neither the checksum nor the packing stands in front of what reads it.
// Whatever is taken for a model can score a text.
func FuzzDecode(f *testing.F) {
	file, _ := small(f)
	body, err := inflate(file[12:])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add(body[:len(body)/2])
	f.Add([]byte("\xff\xff\xff\xff{}"))
	f.Add([]byte("\x02\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		packed, err := seal(body)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Decode(packed)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("err = %v, want ErrDamaged", err)
			}
			return
		}
		scratch := m.NewScratch()
		scratch.Vector.AddText([]rune("路灯不亮"))
		if n := len(m.Score(scratch)); n != m.width {
			t.Errorf("%d scores of %d classes", n, m.width)
		}
	})
}

func TestDecode_Unpacked(t *testing.T) {
	file, _ := small(t)
	for _, damaged := range [][]byte{nil, file[:11], file[:len(file)-3], append(append([]byte{}, file[:12]...), "no deflate"...), flipped(file, 9)} {
		if _, err := Decode(damaged); !errors.Is(err, ErrDamaged) {
			t.Errorf("Decode of %d bytes: err = %v, want ErrDamaged", len(damaged), err)
		}
	}
	if _, err := Decode(file); err != nil {
		t.Errorf("undamaged: %v", err)
	}
}

func flipped(file []byte, at int) []byte {
	file = append([]byte{}, file...)
	file[at] ^= 0x40
	return file
}
