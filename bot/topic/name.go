package topic

// class is the kind of thing that a token names. Two texts that name different things of one class are seldom about one matter.
type class uint8

// The classes. Of the first ones the number identifies, of the rest the two characters before the word.
const (
	classCode     class = iota // a区 a3县: places whose names were replaced by letters
	classBuilding              // 3号楼, 5栋
	classEntrance              // 2单元, 1203室
	classHamlet                // 三社, 5组: villagers' groups
	classLine                  // 4号线, 12路
	classPhase                 // 二期
	classVillage               // 李家湾, 王家岔, 平襄镇
	classEstate                // 丽发新城, 阳光小区
	classRoad                  // 远大路
	classOffice                // schools, companies, hospitals, shops
	classes
)

// token is a thing named in a text: the class in the top 4 bits, a hash, and whether it stands in the first part.
type token uint32

func (t token) class() class { return class(t >> 28) }
func (t token) key() token   { return t &^ 1 }
func (t token) first() bool  { return t&1 == 1 }

func newToken(c class, hash uint32, first bool) token {
	t := token(c)<<28 | token(hash>>4)&^1
	if first {
		t |= 1
	}
	return t
}

// maxTokens bounds what is kept of a text; the first ones count.
const maxTokens = 24

// numbered are the words that a number before makes the name of one thing.
var numbered = words(map[class]string{
	classBuilding: "号楼 栋 幢 座",
	classEntrance: "单元 室 号房 房",
	classHamlet:   "社 组 队 小组 小队 村民小组",
	classLine:     "号线 路 路公交 路车 线",
	classPhase:    "期",
})

// named are the words whose two characters before name one thing.
var named = words(map[class]string{
	classVillage: "村 镇 乡 街道 社区 湾 岔 沟 坪 梁 川 河 庄 堡 坡 山 岘 峡 铺 滩 咀 嘴 寨 塬 洼 崖 窑 庙 岭 湖 洞 塘 冲 坝",
	classEstate: "小区 花园 家园 嘉园 公寓 大厦 广场 新城 国际 苑 府 城 园 庭 郡 里 居 轩 阁 湾 院 都 家属院 安置房 楼盘 工地 市场 别墅 洋房 " +
		"中心 公园",
	classRoad: "路 街 大道 巷 桥 线 高速 隧道 路口 十字 渠 国道 站",
	classOffice: "公司 集团 学校 小学 中学 大学 学院 幼儿园 医院 卫生院 卫生室 酒店 饭店 餐馆 宾馆 厂 店 局 所 银行 机构 物业 ktv 超市 酒吧 " +
		"歌厅 网吧 合作社 养殖场 砖厂 平台 驾校 搅拌站 变电站 加油站 电站 信用社",
})

// words makes a table from a word's packed runes to its class.
func words(lists map[class]string) map[uint64]class {
	table := make(map[uint64]class)
	for c := range classes {
		var word []rune
		for _, r := range lists[c] + " " {
			if r != ' ' {
				word = append(word, r)
				continue
			}
			if key := pack(word); len(word) > 0 {
				if _, taken := table[key]; !taken {
					table[key] = c
				}
			}
			word = word[:0]
		}
	}
	return table
}

// notNames end no name: words of grammar before 村 or 路 say that no name stands there.
const notNames = "的了在这那我你他她们是有和与及请被把对从到向给让将很都也不没就还又再去来说问望各每全该本某哪什么何为因所以但而或个条座栋号位于为上下中里外前后旁边附近修建走通"

var notName = func() map[rune]bool {
	set := make(map[rune]bool)
	for _, c := range notNames {
		set[c] = true
	}
	return set
}()

// pack puts up to four runes into one word; only runes of the basic plane come here.
func pack(text []rune) uint64 {
	var key uint64
	for _, c := range text {
		key = key<<16 | uint64(c&0xffff)
	}
	return key
}

// mix spreads a packed gram over 32 bits (the finisher of SplitMix64).
func mix(key uint64) uint32 {
	key ^= key >> 30
	key *= 0xbf58476d1ce4e5b9
	key ^= key >> 27
	key *= 0x94d049bb133111eb
	return uint32(key>>32) ^ uint32(key)
}
