package understand

import (
	"fmt"
	"strings"
)

// sounds tells how characters are read, without tones.
type sounds struct {
	readings [lastHan - firstHan + 1][2]uint16 // by character; 0: none
}

const (
	firstHan = 0x4E00
	lastHan  = 0x9FFF
)

func newSounds() (*sounds, error) {
	sections, err := readLexicon("pinyin.txt")
	if err != nil {
		return nil, err
	}
	s := &sounds{}
	numbers := make(map[string]uint16)
	for _, sec := range sections {
		syllable := blur(sec.name)
		n, ok := numbers[syllable]
		if !ok {
			n = uint16(len(numbers) + 1)
			numbers[syllable] = n
		}
		for _, c := range strings.Join(sec.words, "") {
			if !isHan(c) {
				return nil, fmt.Errorf("lexicon pinyin.txt: %q under %s is no Chinese character", c, sec.name)
			}
			s.add(c, n)
		}
	}
	return s, nil
}

func (s *sounds) add(c rune, n uint16) {
	r := &s.readings[c-firstHan]
	switch {
	case r[0] == 0:
		r[0] = n
	case r[0] != n && r[1] == 0:
		r[1] = n
	}
}

// of are the readings of a character.
func (s *sounds) of(c rune) [2]uint16 {
	if c < firstHan || c > lastHan {
		return [2]uint16{}
	}
	return s.readings[c-firstHan]
}

// blur makes one of what the county's speech doesn't tell apart and voice recognition therefore mixes up: zh and z, ing and in.
func blur(syllable string) string {
	if len(syllable) > 2 && syllable[1] == 'h' {
		syllable = syllable[:1] + syllable[2:]
	}
	for _, final := range []string{"ing", "eng"} {
		if strings.HasSuffix(syllable, final) {
			return strings.TrimSuffix(syllable, "g")
		}
	}
	return syllable
}
