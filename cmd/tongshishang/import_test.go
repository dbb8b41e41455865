package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// office is a folder with a configuration and an embedded database whose schema is right.
type office struct {
	*testing.T
	dir string
}

func newOffice(t *testing.T) office {
	o := office{t, t.TempDir()}
	o.write("config.yaml", "data_dir: "+o.dir+"\ndatabase: {url: \"sqlite://"+o.dir+"/t.db\"}\nredis: {url: \"embedded:\"}\n"+
		"channels: [{name: qun, kind: onebot11, secret: 0123456789abcdef0123, access_token: 0123456789abcdef0123}]\n")
	if _, err := o.run(migrateCommand(), "--config", o.path("config.yaml")); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o office) path(name string) string { return filepath.Join(o.dir, name) }

func (o office) write(name, text string) {
	o.Helper()
	if err := os.WriteFile(o.path(name), []byte(text), 0o600); err != nil {
		o.Fatal(err)
	}
}

// run executes a command with the words and returns what it prints.
func (o office) run(c *cobra.Command, words ...string) (string, error) {
	var out strings.Builder
	c.SetArgs(words)
	c.SetOut(&out)
	c.SilenceErrors, c.SilenceUsage = true, true
	err := c.ExecuteContext(o.Context())
	return out.String(), err
}

// imports runs the import of a file and wants it to print the text.
func (o office) imports(want, kind, file string, more ...string) {
	o.Helper()
	out, err := o.run(importCommand(), append([]string{kind, o.path(file), "--config", o.path("config.yaml")}, more...)...)
	if err != nil || !strings.Contains(out, want) {
		o.Errorf("import %s %s: %q, %v, want %q", kind, file, out, err, want)
	}
}

func TestImport(t *testing.T) {
	o := newOffice(t)
	o.write("units.csv", "code,name,kind\nPX,平襄镇,township\nCD,城东社区,community\n")
	o.imports("没有导入。单位:新增 2,更新 0,未变 0", "units", "units.csv", "--dry-run")
	o.imports("单位:新增 2,更新 0,未变 0", "units", "units.csv")
	o.imports("单位:新增 0,更新 0,未变 2", "units", "units.csv")

	o.write("people.csv", "name,phone,role,units,channel,user\n张三,13800000001,staff,PX;CD,qun,wxid_z\n李四,13800000002,member,,,\n王五,,handler,住建局,,\n")
	o.imports("没有导入。人员:新增 3,更新 0,未变 0", "members", "people.csv", "--dry-run")
	o.imports("人员:新增 3,更新 0,未变 0\n其中 2 人还没有绑定账号", "members", "people.csv")
	o.imports("人员:新增 0,更新 0,未变 3\n2 个绑定码", "members", "people.csv", "--codes", o.path("codes.csv"))
	first := o.codes()
	for i, want := range []string{"姓名,单位和角色,绑定码,有效期至", "李四,政协委员,", "王五,住建局,"} {
		if !strings.HasPrefix(first[i], want) {
			t.Errorf("line %d of the codes is %q, want %q", i, first[i], want)
		}
	}
	o.imports("2 个绑定码", "members", "people.csv", "--codes", o.path("codes.csv"))
	if again := o.codes(); again[1] == first[1] {
		t.Errorf("the same code again: %q", again[1])
	}
	left, err := filepath.Glob(o.path(".codes-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// codes are the lines of the file of binding codes, which nobody else may read.
func (o office) codes() []string {
	o.Helper()
	info, err := os.Stat(o.path("codes.csv"))
	if err != nil || info.Mode().Perm() != 0o600 {
		o.Fatalf("codes: %v, %v", info, err)
	}
	text, err := os.ReadFile(o.path("codes.csv"))
	if err != nil {
		o.Fatal(err)
	}
	lines := strings.Split(strings.TrimPrefix(strings.TrimSpace(string(text)), "\ufeff"), "\n")
	if len(lines) != 3 {
		o.Fatalf("codes: %q", lines)
	}
	return lines
}

func TestImport_Faults(t *testing.T) {
	o := newOffice(t)
	o.write("units.csv", "code,name,kind\nPX,平襄镇,township\nMY,马营镇,town\n")
	out, err := o.run(importCommand(), "units", o.path("units.csv"), "--config", o.path("config.yaml"))
	_, usage := errors.AsType[usageError](err)
	if out != "" || err == nil || usage || !strings.Contains(err.Error(), "units.csv: 有 1 处要改,什么也没有导入:\n第 3 行“kind”列:") {
		t.Errorf("%q, %v", out, err)
	}
	o.write("units.csv", "code,name,kind\nPX,平襄镇,township\n")
	o.imports("新增 1", "units", "units.csv")
}

func TestImport_Usage(t *testing.T) {
	for _, words := range [][]string{{}, {"units"}, {"units", "a.csv"}, {"units", "a.csv", "b.csv", "--config", "c.yaml"}, {"rolls", "a.csv", "--config", "c.yaml"},
		{"issues", "a.xlsx", "--config", "c.yaml", "--dry-run"}, {"members", "a.csv", "--config", "c.yaml", "--dry-run", "--codes", "o.csv"}} {
		_, err := office{T: t}.run(importCommand(), words...)
		if _, ok := errors.AsType[usageError](err); !ok {
			t.Errorf("import %q: %v, want a usage error", words, err)
		}
	}
}
