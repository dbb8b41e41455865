package report

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"tongshishang/bot/understand"
	"tongshishang/config"
)

// title is the title of the group's first matter, plain and without the names of people. A topic is told in groups where nobody
// knows the matter yet, so what a neighbour may read there is no measure.
func (h *hotWeek) title(group []int) (plain, masked string) {
	m := &h.matters[group[0]]
	plain = m.Title
	if plain == "" { // imported
		plain = understand.Title(m.Content, m.Place)
	}
	masks := &h.book.pack.Masks
	masked, _ = understand.Mask(plain)
	for _, i := range group {
		masked = hideName(masked, h.matters[i].ReporterName, masks)
	}
	return plain, hideHomes(masked, masks)
}

// hideName masks a reporter's name, if it is one: a nickname that is a plain word may stand in any title.
func hideName(text, name string, masks *config.Masks) string {
	if n := utf8.RuneCountInString(name); n < 2 || n > 4 || !strings.ContainsAny(familyNames, string([]rune(name)[:1])) {
		return text
	}
	return strings.ReplaceAll(text, name, maskName(name, masks))
}

// familyNames are the frequent family names of one character.
const familyNames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文樊柴蔺窦牛巩"

// homeForm is somebody's home, 王秀兰家, where a clause begins; neither names of places such as 李家湾 nor words such as 家长.
var homeForm = regexp.MustCompile(`(^|[^\p{Han}]|[和跟与把给])([` + familyNames + `][^\P{Han}村镇乡社街路湾岔沟庄河坪川梁山口门边区楼里上下中大小学院厂站店]{1,2})家([^湾岔沟庄坪川河梁山坡坝堡寨村社店长属庭电具人园教畜禽]|$)`)

// hideHomes masks the names in whose home something is.
func hideHomes(text string, masks *config.Masks) string {
	return homeForm.ReplaceAllStringFunc(text, func(found string) string {
		m := homeForm.FindStringSubmatch(found)
		return m[1] + maskName(m[2], masks) + "家" + m[3]
	})
}
