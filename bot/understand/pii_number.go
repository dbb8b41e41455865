package understand

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// figure is one digit of a number as somebody wrote it.
type figure struct {
	value byte // '0' to '9', or 'X'
	han   bool // written as a Chinese character
}

// hanDigit is the digit a character means as people dictate a number, 0 if none; 幺 is what 1 is called on the phone.
func hanDigit(c rune) byte {
	switch c {
	case '零', '〇', '○':
		return '0'
	case '一', '幺', '壹':
		return '1'
	case '二', '贰':
		return '2'
	case '三', '叁':
		return '3'
	case '四', '肆':
		return '4'
	case '五', '伍':
		return '5'
	case '六', '陆':
		return '6'
	case '七', '柒':
		return '7'
	case '八', '捌':
		return '8'
	case '九', '玖':
		return '9'
	}
	return 0
}

// digitAt returns the digit (or X) at byte i and its size, 0 if there is none.
func digitAt(text string, i int) (figure, int) {
	if b := text[i]; b < utf8.RuneSelf {
		switch {
		case b >= '0' && b <= '9', b == 'X':
			return figure{value: b}, 1
		case b == 'x':
			return figure{value: 'X'}, 1
		}
		return figure{}, 0
	}
	c, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case c >= '０' && c <= '９':
		return figure{value: byte(c-'０') + '0'}, size
	case c == 'Ｘ' || c == 'ｘ':
		return figure{value: 'X'}, size
	}
	if d := hanDigit(c); d != 0 {
		return figure{d, true}, size
	}
	return figure{}, 0
}

// number is a run of digits with the separators people write between them; digits[i] stands at bytes from[i] to to[i].
type number struct {
	digits   string
	han      [maxNumber]bool
	from, to [maxNumber]int
}

// The bounds of a run: more digits than any number has, and the blanks and dashes between two of them.
const (
	maxNumber     = 24
	maxSeparators = 3
)

// checkPlace is where an X may stand: at the end of an ID card number.
const checkPlace = 17

// readNumber reads digits with few separators between two of them. An X ends the number.
func readNumber(text string, i int) number {
	n := number{}
	var digits [maxNumber]byte
	buf := digits[:0]
	for len(buf) < maxNumber {
		d, at, size := nextDigit(text, i, len(buf) > 0)
		if size == 0 || d.value == 'X' && (len(buf) < checkPlace || at > i) {
			break
		}
		n.han[len(buf)], n.from[len(buf)], n.to[len(buf)] = d.han, at, at+size
		buf = append(buf, d.value)
		i = at + size
		if d.value == 'X' {
			break
		}
	}
	n.digits = string(buf)
	return n
}

// nextDigit is the digit at byte i, or behind separators where those are allowed.
func nextDigit(text string, i int, behind bool) (d figure, at, size int) {
	for range maxSeparators + 1 {
		if i >= len(text) {
			break
		}
		if d, size = digitAt(text, i); size > 0 {
			return d, i, size
		}
		sep := separator(text[i:])
		if !behind || sep == 0 {
			break
		}
		i += sep
	}
	return figure{}, i, 0
}

// separator is the size of what people write between the digits of one number, and of what can't be seen.
func separator(text string) int {
	c, size := utf8.DecodeRuneInString(text)
	if strings.ContainsRune(" -－—–‐‑()（）_\u00a0\u2005\u3000", c) || unicode.Is(unicode.Cf, c) {
		return size
	}
	return 0
}

// kindOfNumber is a kind with its lengths and its test.
type kindOfNumber struct {
	kind  PIIKind
	sizes []int
	is    func(string) bool
}

// kindsOfNumber come longer first, since an ID card contains what looks like phones.
var kindsOfNumber = [...]kindOfNumber{
	{PIIBankCard, []int{19, 17, 16}, isBankCard},
	{PIIID, []int{18, 15}, isID},
	{PIIBankCard, []int{18}, isBankCard},
	{PIIIDLike, []int{18}, isIDLike},
	{PIIMobile, []int{11}, isMobile},
	{PIILandline, []int{12, 11, 10}, isLandline},
}

// identify says what a number is and where in the text it stands; what only its name before it tells comes last.
func (n *number) identify(text string) stretch {
	for _, k := range kindsOfNumber {
		for _, size := range k.sizes {
			for start := 0; start+size <= len(n.digits); start++ {
				if part := n.digits[start : start+size]; n.standsAlone(start, size) && k.is(part) {
					return n.stretch(k.kind, start, size)
				}
			}
		}
	}
	size := n.group()
	switch whole := n.digits[:size]; {
	case size >= 16 && size <= 19 && allDigits(whole) && follows(text[:n.from[0]], accountNames[:]):
		return n.stretch(PIIAccount, 0, size)
	case size == 7 || size == 8:
		if whole[0] >= '2' && whole[0] <= '8' && follows(text[:n.from[0]], phoneNames[:]) {
			return n.stretch(PIILandline, 0, size)
		}
	}
	return stretch{}
}

func (n *number) stretch(kind PIIKind, start, size int) stretch {
	return stretch{PII{kind, n.digits[start : start+size]}, n.from[start], n.to[start+size-1]}
}

// group is how many digits stand together at the beginning, a dash in 822-1234 not counted where the whole has the length of a
// local phone.
func (n *number) group() int {
	if len(n.digits) == 7 || len(n.digits) == 8 || len(n.digits) >= 16 && len(n.digits) <= 19 {
		return len(n.digits)
	}
	for i := 1; i < len(n.digits); i++ {
		if n.gap(i) {
			return i
		}
	}
	return len(n.digits)
}

// skip is where to read on when the number is nothing: behind the digits that stand together.
func (n *number) skip(text string) int {
	for i := 1; i < len(n.digits); i++ {
		if n.gap(i) {
			return n.from[i]
		}
	}
	at := n.to[len(n.digits)-1]
	for at < len(text) {
		d, size := digitAt(text, at)
		if size == 0 || d.han != n.han[0] {
			break
		}
		at += size
	}
	return at
}

// standsAlone tells whether the digits begin and end where a person wrote a separator or went over to another way of writing, or
// where the country code, or the 0 that is dialled before another town's mobile, ends. Behind a dictated number one more character may be a word: …八八八八一直没人接.
func (n *number) standsAlone(start, size int) bool {
	end := start + size
	begins := start == 0 || n.gap(start) || slices.Contains([]string{"0", "86", "086", "0086"}, n.digits[:start])
	ends := end == len(n.digits) || n.gap(end) || n.han[end] && (end+1 == len(n.digits) || n.gap(end+1))
	return begins && ends
}

// gap tells whether something stands between digit i-1 and digit i, or they are written differently.
func (n *number) gap(i int) bool { return n.from[i] > n.to[i-1] || n.han[i] != n.han[i-1] }

// What people write before a number that nothing else tells.
var (
	phoneNames   = [...]string{"电话", "座机", "联系方式", "联系", "手机", "电话号码", "号码", "电话号"}
	accountNames = [...]string{"卡号", "账号", "帐号", "银行卡", "账户", "帐户", "存折", "卡", "户头"}
	plateNames   = [...]string{"车牌", "车牌号", "牌照", "车号", "牌号", "牌子"}
)

// follows tells whether one of the names stands at the end of the text, nothing but marks and 是 behind it.
func follows(before string, names []string) bool {
	before = strings.TrimRight(before, " :：,，是为()（）\u3000号")
	return slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(before, name) })
}
