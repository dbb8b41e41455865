package onebot

import (
	"reflect"
	"strings"
	"testing"
)

func text(words string) segment { return segment{Type: "text", Data: fields{"text": words}} }

func TestParseCQ(t *testing.T) {
	cases := []struct {
		name, message string
		want          []segment
	}{
		{"nothing", "", nil},
		{"text", "路灯不亮", []segment{text("路灯不亮")}},
		{"code between text", "a[CQ:face,id=178]b", []segment{text("a"), {Type: "face", Data: fields{"id": "178"}}, text("b")}},
		{"codes side by side", "[CQ:at,qq=1][CQ:at,qq=all]", []segment{{Type: "at", Data: fields{"qq": "1"}}, {Type: "at", Data: fields{"qq": "all"}}}},
		{"no values", "[CQ:shake]", []segment{{Type: "shake", Data: fields{}}}},
		{"value with an equals sign", "[CQ:image,url=http://e.org/?a=b]", []segment{{Type: "image", Data: fields{"url": "http://e.org/?a=b"}}}},
		{"escapes in a value", "[CQ:share,title=1&#44;2&#91;3&#93;4&amp;5]", []segment{{Type: "share", Data: fields{"title": "1,2[3]4&5"}}}},
		{"escapes in text", "&#91;CQ:at,qq=all&#93; &amp; &amp;#91;", []segment{text("[CQ:at,qq=all] & &#91;")}},
		{"emoji of WeChat", "[强] 好", []segment{text("[强] 好")}},
		{"code without an end", "好[CQ:at,qq=1", []segment{text("好[CQ:at,qq=1")}},
		{"key without a value", "[CQ:x,a,b=]", []segment{{Type: "x", Data: fields{"a": "", "b": ""}}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := parseCQ(c.message); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func FuzzCQ(f *testing.F) {
	f.Add("路灯不亮 [强] &amp; [CQ:at,qq=1]")
	f.Add("[CQ:image,file=a,url=http://e.org/?a=b&amp;c=&#44;]")
	f.Add("[CQ:[CQ:,=,]]")
	escape := strings.NewReplacer("&", "&amp;", "[", "&#91;", "]", "&#93;")
	f.Fuzz(func(t *testing.T, message string) {
		parseCQ(message)
		if message == "" {
			return
		}
		if got := parseCQ(escape.Replace(message)); !reflect.DeepEqual(got, []segment{text(message)}) {
			t.Errorf("escaped %q became %v", message, got)
		}
		value := strings.ReplaceAll(escape.Replace(message), ",", "&#44;")
		if got := parseCQ("[CQ:x,k=" + value + "]"); !reflect.DeepEqual(got, []segment{{Type: "x", Data: fields{"k": message}}}) {
			t.Errorf("as a value %q became %v", message, got)
		}
	})
}
