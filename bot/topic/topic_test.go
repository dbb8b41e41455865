package topic

import (
	"bufio"
	"encoding/json"
	"hash/crc32"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestScore(t *testing.T) {
	m := newMatcher(t)
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"三社又停水了", "三社没水两天了", true},
		{"3社停水", "三社停水了", true},
		{"马营街上路灯不亮", "马营街上的路灯全灭了,黑得很", true},
		{"李家湾路灯不亮", "王家岔路灯不亮", false},
		{"3号楼电梯坏", "5号楼电梯坏", false},
		{"三号楼电梯坏了", "十三号楼电梯坏了", false},
		{"二社停水了", "二社路烂得走不成", false},
		{"早上好各位", "三社又停水了", false},
		{"", "三社又停水了", false},
	} {
		if got := m.Score(m.Prepare(c.a), m.Prepare(c.b)); got >= 0.5 != c.same {
			t.Errorf("%s | %s: %.2f, want same %v", c.a, c.b, got, c.same)
		}
	}
}

// TestScore_Symmetric: which of two comes first doesn't matter, nor how many ask at once.
func TestScore_Symmetric(t *testing.T) {
	m := newMatcher(t)
	texts, _ := stream(200, 3)
	docs := prepareAll(m, texts)
	want := make([]float64, len(docs))
	for i := range docs {
		want[i] = m.Score(docs[i], docs[(i+1)%len(docs)])
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range docs {
				if got := m.Score(docs[(i+1)%len(docs)], docs[i]); got != want[i] {
					t.Errorf("%d: %v and %v", i, got, want[i])
				}
			}
		})
	}
	all.Wait()
}

// TestScore_Written is the floor under what the README says about the hand-written pairs, which nothing is trained on.
func TestScore_Written(t *testing.T) {
	f, err := os.Open("testdata/pairs.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := newMatcher(t)
	hit, falsely, missed := 0.0, 0.0, 0.0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var p struct {
			A, B string
			Same int
		}
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		switch said := m.Score(m.Prepare(p.A), m.Prepare(p.B)) >= 0.5; {
		case said && p.Same == 1:
			hit++
		case said:
			falsely++
		case p.Same == 1:
			missed++
		}
	}
	if precision, recall := hit/(hit+falsely), hit/(hit+missed); precision < 0.88 || recall < 0.78 {
		t.Errorf("precision %.3f, recall %.3f", precision, recall)
	}
}

func TestGroup(t *testing.T) {
	m := newMatcher(t)
	texts := []string{
		"三社又停水了", "李家湾路灯不亮", "早上好各位", "三社没水两天了", "3社停水,啥时候来水", "王家岔路灯不亮",
		"李家湾的路灯全灭了,晚上黑得很", "三社又停水了", "", "谁家有多余的花盆", "",
	}
	got := m.Group(prepareAll(m, texts))
	want := []int{0, 1, 2, 0, 0, 3, 1, 0, 4, 5, 6}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := m.Group(nil); len(got) != 0 {
		t.Errorf("nothing gives %v", got)
	}
}

// TestGroup_Order: another order of the messages gives the same matters.
func TestGroup_Order(t *testing.T) {
	m := newMatcher(t)
	texts, _ := stream(1500, 5)
	docs := prepareAll(m, texts)
	forward := m.Group(docs)
	slices.Reverse(docs)
	backward := m.Group(docs)
	slices.Reverse(backward)
	pair := make(map[int]int)
	for i, x := range forward {
		if y, ok := pair[x]; ok && y != backward[i] {
			t.Fatalf("message %d: topic %d is %d and %d backward", i, x, y, backward[i])
		}
		pair[x] = backward[i]
	}
	if len(pair) != 1+slices.Max(backward) {
		t.Errorf("%d and %d topics", len(pair), 1+slices.Max(backward))
	}
}

// TestGroup_Chain: letters each alike the next, from place to place, don't become one matter.
func TestGroup_Chain(t *testing.T) {
	m := newMatcher(t)
	names := []string{"青石湾", "柳树沟", "红土坡", "马家堡", "石家滩", "何家岔", "许家坪", "杜家川"}
	var texts []string
	for i := range names[:len(names)-1] {
		texts = append(texts, names[i]+"的路灯坏了,"+names[i+1]+"也有一盏不亮")
	}
	if got := m.Group(prepareAll(m, texts)); slices.Max(got) < 2 {
		t.Errorf("a chain of places became %v", got)
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"三社":              "3社",
		"十二号楼,二十栋":        "12号楼|20栋",
		"一〇三室 二十三组":       "一〇三室|23组",
		"伊景园·滨河苑":         "伊景园滨河苑",
		"Ａ３区３-2栋":         "a3区3|2栋",
		"看https://a.b/c吧": "看|吧",
		"一万二":             "一万二",
		"！！":              "",
	} {
		got := strings.ReplaceAll(string(fold(in)), string(rune(gap)), "|")
		if strings.Trim(got, "|") != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	want := time.Date(2019, 2, 28, 11, 25, 5, 0, time.UTC)
	for _, text := range []string{"2019/2/28 11:25:05", "2019-02-28 11:25:05", "2019-02-28T11:25:05Z", "2019-02-28T19:25:05+08:00", " 2019-2-28T11:25:05 "} {
		if got, ok := ParseTime(text); !ok || !got.Equal(want) {
			t.Errorf("%q: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"2026-11-03 09:00", "2026-11-03", "2026/11/3"} {
		if _, ok := ParseTime(text); !ok {
			t.Errorf("%q wasn't read", text)
		}
	}
	for _, text := range []string{"", "昨天", "2026-13-03", "11:25"} {
		if _, ok := ParseTime(text); ok {
			t.Errorf("%q was read", text)
		}
	}
}

// TestLoad_Damaged: no damaged file is taken for a model.
func TestLoad_Damaged(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty": nil, "foreign": []byte("TSSX and something"), "cut": embedded[:len(embedded)-9], "longer": append(slices.Clone(embedded), 0),
	} {
		if _, err := Load(data); err == nil {
			t.Errorf("%s was loaded", name)
		}
	}
	for at := 0; at < len(embedded); at += 9973 {
		data := slices.Clone(embedded)
		data[at] ^= 4
		if _, err := Load(data); err == nil {
			t.Errorf("a bit at %d was changed and nobody noticed", at)
		}
	}
	if len(embedded) > 1<<20 {
		t.Errorf("the model has %d bytes", len(embedded))
	}
}

// TestEncode: a model survives being written and read.
func TestEncode(t *testing.T) {
	m, err := decodeModel(embedded)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Encode(), embedded) {
		t.Error("writing the embedded model again gives other bytes")
	}
	bad := *m
	bad.Trees = slices.Clone(m.Trees)
	bad.Trees[0].Feature[0] = NumFeatures
	if _, err := decodeModel(bad.Encode()); err == nil {
		t.Error("a tree asks for a feature that isn't there")
	}
	bad.Trees[0].Feature[0], bad.Trees[0].Leaf[3] = 0, float32(math.NaN())
	if _, err := decodeModel(bad.Encode()); err == nil {
		t.Error("a leaf isn't a number")
	}
}

func TestReadConcepts_Wrong(t *testing.T) {
	for _, text := range []string{"水", "停水停水停水", "停水 没水\n没水 断水", strings.Repeat("# x\n", 3) + "停水 停水"} {
		if _, err := readConcepts(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// TestPrepare_Small: a doc stays small whatever the text.
func TestPrepare_Small(t *testing.T) {
	m := newMatcher(t)
	var b strings.Builder
	for c := rune(0x4E00); c < 0x4E00+6000; c++ {
		b.WriteRune(c)
	}
	d := m.Prepare(b.String() + strings.Repeat("3号楼5栋", 1000))
	if len(d.grams) > maxGrams || len(d.tokens) > maxTokens {
		t.Errorf("%d grams, %d tokens", len(d.grams), len(d.tokens))
	}
}

func FuzzDecodeModel(f *testing.F) {
	small := &Model{Trees: make([]Tree, 1)}
	f.Add(small.Encode()[:200])
	f.Add([]byte(modelMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = decodeModel(data)
		// With a right checksum the decoder gets further.
		sum := crc32.ChecksumIEEE(data)
		if m, err := decodeModel(append(data, byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24))); err == nil && len(m.Trees) > maxTrees {
			t.Errorf("%d trees", len(m.Trees))
		}
	})
}

func FuzzPrepare(f *testing.F) {
	m := newMatcher(f)
	f.Add("三社又停水了", "3号楼电梯坏")
	f.Add("http", "h一〇")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := m.Prepare(a), m.Prepare(b)
		p := m.Score(x, y)
		if math.IsNaN(p) || p < 0 || p > 1 || p != m.Score(y, x) {
			t.Errorf("%q %q: %v and %v", a, b, p, m.Score(y, x))
		}
	})
}

const firstText, secondText = "马营镇中心小学门口的路灯黑了半个月了,娃娃放学看不见路", "马营小学门口那几盏路灯咋还不修"

func BenchmarkPrepare(b *testing.B) {
	m := newMatcher(b)
	for b.Loop() {
		_ = m.Prepare(firstText)
	}
}

func BenchmarkScore(b *testing.B) {
	m := newMatcher(b)
	x, y := m.Prepare(firstText), m.Prepare(secondText)
	for b.Loop() {
		_ = m.Score(x, y)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		_ = newMatcher(b)
	}
}

func BenchmarkGroup(b *testing.B) {
	m := newMatcher(b)
	texts, _ := stream(5000, 2)
	docs := prepareAll(m, texts)
	for b.Loop() {
		_ = m.Group(docs)
	}
}
