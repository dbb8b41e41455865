package understand

// doings are words for what is done to a place or how one is: 污染河道 and 老旧小区 are no names. Most verbs need no entry, as names
// don't reach over their characters anyway (place.txt, stop).
var doings = []string{"污染", "破坏", "影响", "堵塞", "阻断", "阻塞", "阻挡", "占用", "占据", "侵占", "霸占", "强占", "圈占", "毁坏", "损坏", "损毁", "毁损",
	"危害", "祸害", "糟蹋", "威胁", "爱护", "倾倒", "堆放", "停放", "开挖", "挖掘", "采挖",
	"盗采", "偷采", "砍伐", "盗伐", "开垦", "浇灌", "征用", "翻修", "重建", "扩建", "改建", "兴建", "筹建",
	"建造", "修补", "修复", "修缮", "抢修", "巡查", "巡逻", "封闭", "封锁", "封堵", "打开", "穿过", "横穿", "跨过", "翻过", "越过",
	"进入", "进出", "出入", "往返", "回到", "离开", "远离", "紧挨", "紧邻", "相邻", "毗邻", "面对", "正对", "连接", "贯穿", "围绕", "环绕", "冲毁",
	"冲垮", "冲刷", "冲断", "淹没", "灌进", "流进", "流入", "流向", "排进", "排入", "倒进", "倒在", "堆在", "停在", "掉进", "盖在", "建在", "装在", "设在",
	"种在", "偏僻", "老旧", "破旧", "陈旧", "拥挤", "狭窄", "正规", "高档", "周边", "周围",
	"这些", "那些", "强烈", "严重", "违规", "违法", "非法", "私自", "擅自", "随意", "偷偷", "乱占", "无证", "导致", "造成", "引起", "污损", "使用",
	"开设", "增加", "减少", "撤销", "撤并", "合并", "搬到", "迁到", "住进", "搬进", "选址", "督促", "责令", "要求", "请求",
	"恳请", "恳求", "期盼", "盼望", "同意", "赞成", "拒绝", "呼吁"}

// bearings and sides make spots of two characters: 南墙, 东坡.
const (
	bearings = "东西南北"
	sides    = "墙院门侧边面头角段区口坡楼"
)

// sideWords are all the words of bearings and sides, and the spots at a settlement's sides: 村东面.
func sideWords() (walls, spots []string) {
	for _, b := range bearings {
		for _, s := range sides {
			walls = append(walls, string([]rune{b, s}))
		}
		for _, settlement := range "村庄镇街社" {
			for _, s := range "头面边口侧" {
				spots = append(spots, string([]rune{settlement, b, s}))
			}
		}
	}
	return walls, spots
}

// things are what merely stands at a place: in 小区车棚的充电桩 the place is the 小区车棚.
var things = []string{"充电桩", "红绿灯", "垃圾箱", "垃圾桶", "变压器", "电线杆", "井盖", "健身器材", "路牌", "站牌", "监控", "摄像头", "护栏", "栏杆"}
