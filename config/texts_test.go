package config

import (
	"slices"
	"strings"
	"testing"
)

// TestTexts_Samples renders the sentences of the manner of speaking word for word.
func TestTexts_Samples(t *testing.T) {
	texts := embeddedRules(t).Texts
	for _, c := range []struct {
		name   string
		fields map[string]string
		want   string
	}{
		{"registered", map[string]string{"number": "#012", "title": "路灯不亮", "place": "学校门口", "unit": "平襄镇", "n": "12"}, "已登记 #012 路灯不亮(学校门口),平襄镇。进度发“#查询 12”"},
		{"registered", map[string]string{"number": "#012", "title": "路灯不亮", "place": "", "unit": "平襄镇", "n": "12"}, "已登记 #012 路灯不亮,平襄镇。进度发“#查询 12”"},
		{"registered_many", map[string]string{"count": "2", "list": "#012 路灯不亮(学校门口)、#013 下水道堵(3号楼)"}, "已登记 2 件:#012 路灯不亮(学校门口)、#013 下水道堵(3号楼)"},
		{"registered_item", map[string]string{"number": "#013", "title": "下水道堵", "place": "3号楼"}, "#013 下水道堵(3号楼)"},
		{"place_asked", map[string]string{"number": "#012"}, "#012 记下了,是在哪一片?回复这条就行"},
		{"confirm_asked", nil, "需要登记成诉求吗?回“是”就登记"},
		{"photo_joined", map[string]string{"number": "#012"}, "照片已附到 #012"},
		{"endorse_count", map[string]string{"number": "#012", "count": "2"}, "#012 已有 2 户反映"},
		{"endorse_private", map[string]string{"number": "#012"}, "已为您附议 #012"},
		{"endorse_same", map[string]string{"number": "#012"}, "和 #012 是同一件事,已为您附议;不是的话回“不是一件”"},
		{"danger", map[string]string{"phones": "110/119/120", "number": "#014"}, "有危险先打 110/119/120。已同时记为紧急 #014"},
		{"question_known", map[string]string{"date": "11月3日", "agency": "民政办", "text": "…"}, "上次答复(11月3日,民政办):…。没说清就回“没说清”"},
		{"question_routed", map[string]string{"agency": "民政办", "number": "#015", "limit": "1个工作日"}, "已转民政办 #015,1个工作日内答复"},
		{"assign_done", map[string]string{"number": "#012", "agency": "住建局", "name": "张处长", "due": "11月30日"}, "#012 已交办住建局(张处长),11月30日前"},
		{"refused_denied", map[string]string{"action": "交办", "who": "社区工作人员"}, "交办要由社区工作人员来做"},
		{"refused_unknown_command", map[string]string{"word": "交半", "suggestion": "#交办 12 住建局"}, "没有“#交半”,是“#交办 12 住建局”吗?"},
		{"vote_private", map[string]string{"choice": "同意"}, "已记录:同意。截止前可改"},
		{"resolve_done", map[string]string{"number": "#012", "result": "路灯已修好", "agency": "住建局", "date": "11月28日"}, "#012 路灯已修好(住建局,11月28日)。反映的和附议的乡亲:解决了吗?满意吗?"},
		{"rate_private", map[string]string{"solved": "已解决", "satisfaction": "基本满意"}, "谢谢,记下了:已解决、基本满意"},
		{"rate_private", map[string]string{"solved": "已解决", "satisfaction": ""}, "谢谢,记下了:已解决"},
		{"reopen_done", map[string]string{"number": "#012"}, "#012 重办,换人跟进"},
		{"reminder_due", map[string]string{"number": "#012", "title": "", "when": "明天"}, "#012 明天到期"},
		{"week_sum", map[string]string{"count": "9", "closed": "6", "open": "3", "link": ""}, "本周 9 件,办结 6,正在办 3"},
	} {
		if got := texts.Render(c.name, c.fields); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestTexts_RenderShowsMistakes(t *testing.T) {
	texts := Texts{Texts: map[string]string{"a": "{number} 由{name}办[,{due}前]"}}
	for _, c := range []struct {
		name   string
		fields map[string]string
		want   string
	}{
		{"nothing", nil, "{nothing}"},
		{"a", map[string]string{"number": "#1"}, "#1 由{name}办"},
		{"a", map[string]string{"number": "#1", "name": "{due}[x]", "due": "今天"}, "#1 由{due}[x]办,今天前"},
	} {
		if got := texts.Render(c.name, c.fields); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestTexts_Check(t *testing.T) {
	long := strings.Repeat("长", 61)
	for _, c := range []struct{ name, old, new, key, part string }{
		{"missing", `  confirm_declined: "好,不登记"`, "", "texts.confirm_declined", "缺少"},
		{"empty", `"好,不登记"`, `""`, "texts.confirm_declined", "没有写文字"},
		{"unknown name", "confirm_declined:", "confirm_decline: x\n  confirm_declined:", "texts.confirm_decline", "confirm_declined"},
		{"unknown field", "照片已附到 {number}", "照片已附到 {nummer}", "texts.photo_joined", "{nummer}"},
		{"shouting", "好,不登记", "好,不登记！", "texts.confirm_declined", "感叹号"},
		{"emoji", "好,不登记", "好,不登记😀", "texts.confirm_declined", "表情"},
		{"old emoji", "好,不登记", "好,不登记☀", "texts.confirm_declined", "表情"},
		{"somebody's phone", "好,不登记", "找张主任 13800000001", "texts.confirm_declined", "号码"},
		{"too long", "好,不登记", long, "texts.confirm_declined", "61"},
		{"half a bracket", "好,不登记", "好[,不登记", "texts.confirm_declined", "方括号"},
	} {
		got := packFaults(t, "texts.yaml", embeddedText(t, "texts.yaml", c.old, c.new))
		if len(got) != 1 || got[0].Key != "texts.yaml: "+c.key || !strings.Contains(got.Error(), c.part) {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

// TestTexts_CommandsHaveWords holds the table to the commands that answer with a text of their own.
func TestTexts_CommandsHaveWords(t *testing.T) {
	var names []string
	for _, known := range knownTexts {
		if slices.Contains(names, known.name) {
			t.Errorf("%s is named twice", known.name)
		}
		names = append(names, known.name)
	}
	for _, name := range []string{
		"bind_done", "accept_done", "refuse_done", "assign_done", "sign_done", "reply_done", "resolve_done", "rate_private", "reopen_done",
		"query_one", "endorse_private", "withdraw_done", "ballot_opened", "vote_private", "ballot_running", "ledger_link", "stats", "help",
	} {
		if !slices.Contains(names, name) {
			t.Errorf("no text %s", name)
		}
	}
}
