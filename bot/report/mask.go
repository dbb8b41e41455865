package report

import (
	"strings"
	"unicode"

	"tongshishang/config"
)

// compoundNames are the family names of two characters that are still common.
var compoundNames = [...]string{"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "长孙", "宇文", "司徒", "令狐", "夏侯", "端木", "南宫", "轩辕", "独孤"}

// maskName leaves the family name: 张三丰 → 张某. What doesn't begin with a Chinese character is a nickname, and nothing of it
// is shown.
func maskName(name string, masks *config.Masks) string {
	name = strings.TrimSpace(name)
	if name == "" {
		return ""
	}
	surname := []rune(name)[:1]
	if !unicode.Is(unicode.Han, surname[0]) {
		return masks.Nameless
	}
	for _, compound := range compoundNames {
		if strings.HasPrefix(name, compound) && name != compound {
			surname = []rune(compound)
		}
	}
	return strings.ReplaceAll(masks.Name, "{surname}", string(surname))
}

// hiddenDigits is how many digits of a phone stay hidden at least, however short it is.
const hiddenDigits = 4

// maskPhone leaves the first and last digits: 13800001234 → 138****1234. Of a number too short to hide hiddenDigits nothing is
// shown.
func maskPhone(phone string, masks *config.Masks) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	switch {
	case digits == "" && phone == "":
		return ""
	case len(digits) < masks.PhoneHead+hiddenDigits+masks.PhoneTail:
		return masks.PhoneFill
	}
	return digits[:masks.PhoneHead] + masks.PhoneFill + digits[len(digits)-masks.PhoneTail:]
}
