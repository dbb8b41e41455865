package pipeline

import (
	"math"
	"testing"
)

func TestLikeness(t *testing.T) {
	tests := []struct {
		a, b string
		want float64
	}{
		{"路灯坏了", "路灯坏了", 1},
		{"路灯坏了", "路灯不亮", 1.0 / 3}, // 路灯 of 路灯 灯坏 坏了 and 路灯 灯不 不亮
		{"路灯,坏了", "路灯坏了", 0.8},    // a mark parts 灯 and 坏: two of two and three
		{"路灯坏了", "下水道堵", 0},
		{"路", "路", 0}, // no pair, nothing to compare
		{"", "路灯", 0},
	}
	for _, tt := range tests {
		if got := likeness(pairsOf(tt.a), pairsOf(tt.b)); math.Abs(got-tt.want) > 1e-9 || likeness(pairsOf(tt.b), pairsOf(tt.a)) != got {
			t.Errorf("likeness(%q, %q) = %v, want %v both ways", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestIsSamePlace(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"2号楼", "2号楼门口", true},
		{"2号楼门口", "2号楼", true},
		{"学校门口", "学校门口", true},
		{"2号楼", "12号楼", false},
		{"", "学校门口", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got := isSamePlace(tt.a, tt.b); got != tt.want {
			t.Errorf("isSamePlace(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestBarePlace(t *testing.T) {
	for said, want := range map[string]string{"就在学校门口。": "学校门口", "在3号楼": "3号楼", "是在桥头": "桥头", "菜市场后面": "菜市场后面"} {
		if got := barePlace(said); got != want {
			t.Errorf("barePlace(%q) = %q, want %q", said, got, want)
		}
	}
}
