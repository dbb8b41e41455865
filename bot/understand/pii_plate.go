package understand

import (
	"strings"
	"unicode/utf8"
)

// isProvince tells whether a plate begins with the character.
func isProvince(c rune) bool {
	return strings.ContainsRune("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼", c)
}

// The lengths of a plate behind its city letter: five places, six with new energy.
const (
	platePlaces = 5
	newEnergy   = 6
)

// readPlate reads a plate that begins with its province's character: 甘J·12345, 甘JD12345, 甘J1234挂.
func readPlate(text string, i int) stretch {
	province, size := utf8.DecodeRuneInString(text[i:])
	city, citySize := alnumAt(text, i+size)
	if city < 'A' || city == 'I' || city == 'O' {
		return stretch{}
	}
	at := i + size + citySize
	if c, n := utf8.DecodeRuneInString(text[at:]); strings.ContainsRune("·•・.-－ ", c) {
		at += n
	}
	places, end := readPlaces(text, at)
	if c, n := utf8.DecodeRuneInString(text[end:]); len(places) == platePlaces-1 && n > 0 && strings.ContainsRune("挂学警港澳领试超", c) {
		places, end = places+string(c), end+n
	}
	if !isPlate(places) {
		return stretch{}
	}
	return stretch{PII{PIIPlate, string(province) + string(city) + places}, i, end}
}

// readBarePlate reads a plate without its province that is called one: 车牌J12345.
func readBarePlate(text string, i int) stretch {
	if c, size := alnumAt(text, i); size == 0 || c == 0 || i == 0 || !follows(text[:i], plateNames[:]) {
		return stretch{}
	}
	places, end := readPlaces(text, i)
	if len(places) < platePlaces || len(places) > newEnergy+1 || countDigits(places) < 3 {
		return stretch{}
	}
	return stretch{PII{PIIPlate, places}, i, end}
}

// readPlaces reads letters and digits that stand together, in half width and capitals.
func readPlaces(text string, i int) (places string, end int) {
	var b []byte
	for i < len(text) && len(b) <= newEnergy+1 {
		c, size := alnumAt(text, i)
		if size == 0 {
			break
		}
		b = append(b, c)
		i += size
	}
	return string(b), i
}

// alnumAt returns the letter, as a capital, or digit at byte i and its size, 0 if there is none.
func alnumAt(text string, i int) (byte, int) {
	if i >= len(text) {
		return 0, 0
	}
	c, size := utf8.DecodeRuneInString(text[i:])
	if c >= '！' && c <= '～' {
		c -= '！' - '!'
	}
	switch {
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
		return byte(c), size
	case c >= 'a' && c <= 'z':
		return byte(c) - 'a' + 'A', size
	}
	return 0, 0
}

// isPlate checks the places behind the city letter (GA 36): neither I nor O; of five at least two digits; of six a letter first or
// last, which tells new energy, and digits otherwise.
func isPlate(places string) bool {
	body := strings.TrimRight(places, "挂学警港澳领试超")
	if strings.ContainsAny(body, "IO") {
		return false
	}
	switch {
	case utf8.RuneCountInString(places) == platePlaces:
		return countDigits(body) >= 2
	case len(places) == newEnergy && body == places:
		return countDigits(places) >= platePlaces-1 && (places[0] >= 'A' || places[newEnergy-1] >= 'A')
	}
	return false
}

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// plateHead is what of a plate is no secret: province and city.
func plateHead(plate string) string {
	c, size := utf8.DecodeRuneInString(plate)
	if isProvince(c) && len(plate) > size {
		return plate[:size+1]
	}
	return ""
}
