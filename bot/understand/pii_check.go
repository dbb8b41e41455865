package understand

import (
	"slices"
	"strings"
	"time"
)

func isMobile(d string) bool { return d[0] == '1' && d[1] >= '3' && allDigits(d) }

// isLandline accepts an area code of three (010, 02x) or four digits and seven or eight more.
func isLandline(d string) bool {
	if d[0] != '0' || d[1] == '0' || !allDigits(d) {
		return false
	}
	area := 4
	if d[1] == '1' || d[1] == '2' {
		area = 3
	}
	rest := d[area:]
	return (len(rest) == 7 || len(rest) == 8) && rest[0] >= '2'
}

// isID checks an ID card number by GB 11643: region, birthday and, with 18 digits, the check digit; 15 digits is the old form.
func isID(d string) bool {
	if len(d) == 15 {
		return allDigits(d) && isRegion(d[:2]) && isBirthday("19"+d[6:12])
	}
	return isIDLike(d) && checkDigit(d[:17]) == d[17]
}

// isIDLike checks region and birthday of 18 digits.
func isIDLike(d string) bool {
	return allDigits(d[:17]) && isRegion(d[:2]) && isBirthday(d[6:14])
}

// checkDigit is the last place of an ID card number (GB 11643: ISO 7064, MOD 11-2).
func checkDigit(d string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(d[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// isRegion tells whether two digits are a province's (GB/T 2260, with those of Taiwan, Hong Kong and Macao in residents' permits).
func isRegion(two string) bool {
	for _, span := range [...][2]string{{"11", "15"}, {"21", "23"}, {"31", "37"}, {"41", "46"}, {"50", "54"}, {"61", "65"}, {"71", "71"}, {"81", "83"}} {
		if two >= span[0] && two <= span[1] {
			return true
		}
	}
	return false
}

// isBirthday tells whether yyyymmdd is a day of this century or the last.
func isBirthday(d string) bool {
	if d[:2] != "19" && d[:2] != "20" {
		return false
	}
	_, err := time.Parse("20060102", d)
	return err == nil
}

// cardPrefixes are what cards used in China begin with (ISO/IEC 7812): UnionPay, the older numbers of single banks, and the foreign
// schemes. An order's number that happens to have a right Luhn sum mostly begins otherwise.
var cardPrefixes = [...]string{"62", "60", "68", "69", "4", "51", "52", "53", "54", "55", "35", "9558", "94", "98"}

// isBankCard checks the first digits and the Luhn sum.
func isBankCard(d string) bool {
	if !allDigits(d) || !slices.ContainsFunc(cardPrefixes[:], func(p string) bool { return strings.HasPrefix(d, p) }) {
		return false
	}
	sum := 0
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

func allDigits(d string) bool { return !strings.Contains(d, "X") }
