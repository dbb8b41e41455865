package config

import "testing"

func TestCategories_Resolve(t *testing.T) {
	rules, err := LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		words string
		want  Topic
		ok    bool
	}{
		{"民政", Topic{"民政", ""}, true},
		{"城乡建设", Topic{"城乡建设", ""}, true},
		{"城乡", Topic{"城乡建设", ""}, true},
		{"城建", Topic{"城乡建设", ""}, true},
		{"环保", Topic{"环境保护", ""}, true},
		{"劳保", Topic{"劳动和社会保障", ""}, true},
		{"城乡建设/城市建设和市政管理", Topic{"城乡建设", "城市建设和市政管理"}, true},
		{"城建／市政", Topic{"城乡建设", "城市建设和市政管理"}, true},
		{"城市建设", Topic{"城乡建设", "城市建设和市政管理"}, true},
		{"社会救助", Topic{"民政", "社会救助"}, true},
		{"移风", Topic{"民政", "移风易俗"}, true},
		{"其他", Topic{"其他", ""}, true},
		{"民政/", Topic{"民政", ""}, true},
		{"社会", Topic{}, false},      // 社会救助, 社会保险, 社会治安
		{"民政/教育收费", Topic{}, false}, // belongs elsewhere
		{"水电费", Topic{}, false},
		{"", Topic{}, false},
		{"/", Topic{}, false},
	} {
		if got, ok := rules.Categories.Resolve(c.words); ok != c.ok || ok && got != c.want {
			t.Errorf("Resolve(%q) = %+v, %t, want %+v, %t", c.words, got, ok, c.want, c.ok)
		}
	}
}
