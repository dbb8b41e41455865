package config

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

//go:embed rules/*.yaml
var embedded embed.FS

// Head is what every rule pack begins with, so that a figure or a verdict can name what it rests on.
type Head struct {
	Pack    string `yaml:"pack"`    // the pack's name, e.g. 通用
	Version string `yaml:"version"` // grows with every change, stored with what was decided by it
	Source  string `yaml:"source"`  // the law, document or decision that the pack's rules come from
}

func (h Head) head() Head { return h }

// Rules is every rule pack. A pack's own type says what its keys mean.
type Rules struct {
	Categories Categories
	Texts      Texts
	Rates      Rates
	Heat       Heat
	Ledger     Ledger
	Conduct    Conduct
	Doubts     Doubts
	Danger     Danger
	Divert     Divert
	Same       Same
	Workflow   Workflow
	Ballots    Ballots
	Calendar   Calendar
}

// pack is what the loader needs of a pack's type: the head it embeds and the check of what strict decoding can't see.
type pack interface {
	head() Head
	check() []Problem
}

// packFile is where a pack is read from and where it goes.
type packFile struct {
	name string
	into pack
}

// files lists the packs; adding one means a type with a check, its YAML file and a line here.
func (r *Rules) files() []packFile {
	return []packFile{
		{"categories.yaml", &r.Categories},
		{"texts.yaml", &r.Texts},
		{"rates.yaml", &r.Rates},
		{"heat.yaml", &r.Heat},
		{"ledger.yaml", &r.Ledger},
		{"conduct.yaml", &r.Conduct},
		{"doubts.yaml", &r.Doubts},
		{"danger.yaml", &r.Danger},
		{"divert.yaml", &r.Divert},
		{"same.yaml", &r.Same},
		{"workflow.yaml", &r.Workflow},
		{"ballots.yaml", &r.Ballots},
		{"calendar.yaml", &r.Calendar},
	}
}

// LoadRules reads the embedded packs. A file of the same name in dir replaces the embedded one whole; an empty dir means
// there is no such folder. The error is Problems with every fault of every pack.
func LoadRules(dir string) (*Rules, error) {
	rules := &Rules{}
	files := rules.files()
	problems := strangers(dir, files)
	for _, f := range files {
		problems = append(problems, loadPack(dir, f).within(f.name+": ")...)
	}
	if err := problems.err(); err != nil {
		return nil, err
	}
	return rules, nil
}

func loadPack(dir string, f packFile) Problems {
	data, err := readPack(dir, f.name)
	if err != nil {
		return Problems{{Reason: err.Error(), Mend: "检查文件是否存在、能否读取"}}
	}
	if problems := decodeStrict(data, f.into); len(problems) > 0 {
		return problems
	}
	return append(checkHead(f.into.head()), f.into.check()...)
}

func readPack(dir, name string) ([]byte, error) {
	if dir != "" {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return data, err
		}
	}
	data, err := embedded.ReadFile("rules/" + name)
	if err != nil {
		return nil, fmt.Errorf("read embedded pack %s: %w", name, err)
	}
	return data, nil
}

// strangers finds files in the folder that replace nothing: most likely a misspelt name whose rules would silently not hold.
func strangers(dir string, files []packFile) Problems {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return Problems{{Key: "rules_dir", Value: dir, Reason: "读不到规则包文件夹: " + err.Error(), Mend: "改成存在的文件夹，或留空只用内置规则包"}}
	}
	var names []string
	for _, f := range files {
		names = append(names, f.name)
	}
	var problems Problems
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) {
			problems = append(problems, Problem{Key: e.Name(), Reason: "规则包文件夹里有不认识的文件", Mend: suggest(e.Name(), names)})
		}
	}
	return problems
}

// versionForm is a date-like or dotted version: 2026.1, 1.0.3.
var versionForm = regexp.MustCompile(`^\d+(\.\d+)*$`)

func checkHead(h Head) Problems {
	var problems Problems
	if h.Pack == "" {
		problems = append(problems, Problem{Key: "pack", Reason: "缺少规则包名称", Mend: "写上名称，如 pack: 通用"})
	}
	if !versionForm.MatchString(h.Version) {
		problems = append(problems, Problem{Key: "version", Value: h.Version, Reason: "缺少版本号或写法不对", Mend: `写成数字加点，如 version: "2026.1"`})
	}
	if h.Source == "" {
		problems = append(problems, Problem{Key: "source", Reason: "缺少依据", Mend: "写上规则出自哪部法律、哪份文件或哪次决定"})
	}
	return problems
}
