package ballot

import "testing"

func TestBare(t *testing.T) {
	for said, want := range map[string]string{
		"支持搬！":     "搬",
		"我家选不搬":    "不搬",
		"同意搬吧":     "搬",
		"我投搬，这里太挤": "搬",
		"搬，还是不搬":   "搬,还是不搬",
		"集市搬了买菜远":  "集市搬了买菜远",
		"支持":       "",
	} {
		if got := bare(said); got != want {
			t.Errorf("bare(%q) = %q, want %q", said, got, want)
		}
	}
}
