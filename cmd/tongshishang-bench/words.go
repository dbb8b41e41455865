package main

// What people in the groups of a county say. The numbers that make messages differ come from the talk.
var (
	chatter = []string{
		"早上好各位乡亲", "今天集上人真多", "谁明天去定西,捎个人", "今年洋芋长得不错", "娃娃们放学了", "晚上来家里吃饭", "这雨下得好啊",
		"收到", "好的", "哈哈哈哈", "转发:预防感冒小常识", "吃了没", "天冷了多穿点", "谁家的小羊跑到我家院子里了", "祝大家周末愉快",
		"我家有新鲜鸡蛋,要的私聊", "晚上广场跳舞,七点半", "出售二手三轮车,价格面议", "恭喜恭喜", "今晚球赛谁看", "在家呢", "我也去", "明天见",
		"孩子考上大学了,请大家喝喜酒", "今天风大得很", "这照片拍得真好", "今年麦子黄得早", "等会儿给你打电话", "谁有李师傅的微信", "睡了,晚安",
	}
	matters = []string{
		"%s第%d社的水渠塌了一段,水上不来", "%s第%d社的路灯坏了半个月,黑得很", "%s第%d社的路面全是坑,车都过不去", "%s第%d社停水两天了",
		"%s第%d社的垃圾好几天没人清,臭得很", "%s第%d社的桥栏杆断了两根,娃娃上学不安全", "%s第%d社的低保补贴三个月没发了",
		"%s第%d社的下水道堵了,污水流得到处都是",
	}
	endorsements = []string{"我家也是", "我们这里也一样", "我家也停了"}
	votes        = []string{"同意", "反对", "弃权", "1", "2", "3"}
)

// ballotCommand opens the ballot that every group has; its options are what votes holds.
const ballotCommand = "#表决 把集市挪到河滩上 | 同意 | 反对 | 弃权 截止 3天"
