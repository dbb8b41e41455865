package config

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"
)

// decodeStrict fills the struct that into points at from YAML and keeps what the YAML doesn't name. Unlike the library's own
// decoding it goes on after a fault, so that unknown keys, repeated keys and wrong types are all reported at once. Aliases
// are refused: nobody needs them here, and they are how a small file becomes a huge one.
func decodeStrict(data []byte, into any) Problems {
	root, problem := readTree(data)
	if problem != nil {
		return Problems{*problem}
	}
	return fill(root, into)
}

// readTree reads a file's one YAML document; an empty file gives nil.
func readTree(data []byte) (*yaml.Node, *Problem) {
	var documents []yaml.Node
	if err := yaml.Load(data, &documents, yaml.WithAllDocuments()); err != nil {
		problem := syntaxProblem(err)
		return nil, &problem
	}
	switch len(documents) {
	case 0:
		return nil, nil
	case 1:
		return documents[0].Content[0], nil
	}
	return nil, &Problem{
		Key:    fmt.Sprintf("YAML 第 %d 行", documents[1].Line),
		Reason: "一个文件里有几份内容",
		Mend:   "删掉 --- 分隔线，或分成几个文件",
	}
}

func fill(root *yaml.Node, into any) Problems {
	if root == nil {
		return nil
	}
	d := &decoder{}
	d.value("", root, reflect.ValueOf(into).Elem())
	return d.problems
}

func syntaxProblem(err error) Problem {
	var at *yaml.LoadError
	if !errors.As(err, &at) || at.Mark.Line == 0 {
		return Problem{Key: "YAML", Reason: "读不懂: " + err.Error(), Mend: "检查缩进、引号和括号，文件要用 UTF-8"}
	}
	return Problem{
		Key:    fmt.Sprintf("YAML 第 %d 行第 %d 列", at.Mark.Line, at.Mark.Column),
		Reason: "读不懂: " + at.Message,
		Mend:   "检查这一行和上一行的缩进、引号、括号和冒号后的空格",
	}
}

// decoder walks a YAML tree and a Go value together and collects what doesn't fit.
type decoder struct {
	problems Problems
}

// wrong reports a value that doesn't fit v.
func (d *decoder) wrong(key string, n *yaml.Node, v reflect.Value, reason, mend string) {
	d.problems = append(d.problems, Problem{Key: key, Value: shown(n.Value, v), Reason: atLine(n, reason), Mend: mend})
}

// wrongKey reports a key. Its value isn't shown: it could be a secret under a misspelt name.
func (d *decoder) wrongKey(key string, n *yaml.Node, reason, mend string) {
	d.problems = append(d.problems, Problem{Key: key, Reason: atLine(n, reason), Mend: mend})
}

func atLine(n *yaml.Node, reason string) string { return fmt.Sprintf("第 %d 行%s", n.Line, reason) }

// shown is the text of a value meant for v as it may be printed.
func shown(text string, v reflect.Value) string {
	if v.Type() == reflect.TypeFor[Secret]() {
		return Secret(text).String()
	}
	return text
}

// value decodes one node. A null node leaves the default as it is.
func (d *decoder) value(key string, n *yaml.Node, v reflect.Value) {
	switch {
	case n.Kind == yaml.AliasNode:
		d.wrong(key, n, v, "用了 YAML 别名(*)，这里不支持", "把内容照写一遍")
	case n.Tag == "!!null":
	case isScalar(v):
		d.scalar(key, n, v)
	case v.Kind() == reflect.Struct:
		d.structure(key, n, v)
	case v.Kind() == reflect.Slice:
		d.list(key, n, v)
	case v.Kind() == reflect.Map:
		d.table(key, n, v)
	default:
		d.scalar(key, n, v)
	}
}

// isScalar tells types that are written as one text although Go builds them otherwise.
func isScalar(v reflect.Value) bool {
	_, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
	return ok
}

func (d *decoder) structure(key string, n *yaml.Node, v reflect.Value) {
	fields := fieldsOf(v)
	d.pairs(key, n, v, func(name string, k, item *yaml.Node) {
		field, ok := fields.find(name)
		if !ok {
			d.wrongKey(join(key, name), k, "没有这个键", suggest(name, fields.names()))
			return
		}
		d.value(join(key, name), item, field)
	})
}

func (d *decoder) list(key string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.wrong(key, n, v, "要写成列表", "每项一行，以“- ”开头，或写成 [甲, 乙]")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.value(join(key, strconv.Itoa(i)), item, v.Index(i))
	}
}

func (d *decoder) table(key string, n *yaml.Node, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	d.pairs(key, n, v, func(name string, k, item *yaml.Node) {
		mapKey := reflect.New(v.Type().Key()).Elem()
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(join(key, name), k, mapKey)
		d.value(join(key, name), item, value)
		v.SetMapIndex(mapKey, value)
	})
}

// pairs visits a mapping's pairs and reports a node that isn't a mapping and keys that are no plain text or stand twice.
func (d *decoder) pairs(key string, n *yaml.Node, v reflect.Value, visit func(name string, k, item *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.wrong(key, n, v, "要写成“键: 值”", "在下一行缩进写各个键")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, item := n.Content[i], n.Content[i+1]
		switch {
		case k.Kind != yaml.ScalarNode || k.Tag == "!!merge" || k.Value == "":
			d.wrongKey(join(key, k.Value), k, "键要是普通文字", "照示例配置写")
		case seen[k.Value]:
			d.wrongKey(join(key, k.Value), k, "同一个键写了两次", "只留一处")
		default:
			seen[k.Value] = true
			visit(k.Value, k, item)
		}
	}
}

func (d *decoder) scalar(key string, n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		d.wrong(key, n, v, "要写成一个值，不是列表或一组键", "只写一个值")
		return
	}
	if n.Tag == "!!bool" && v.Kind() == reflect.String {
		d.wrong(key, n, v, "要写成文字", "加上引号")
		return
	}
	if want := setScalar(v, n.Value); want != "" {
		d.wrong(key, n, v, "类型不对", want)
	}
}

// setScalar sets v from a text of the file or the environment. It returns how such a value is written when the text isn't one.
func setScalar(v reflect.Value, text string) (want string) {
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return err.Error()
		}
		return ""
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		duration, err := time.ParseDuration(text)
		if err != nil {
			return "写成数字加单位，如 4.5s、3m、72h"
		}
		v.SetInt(int64(duration))
		return ""
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return "写成整数"
		}
		v.SetInt(n)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return "写成数字，如 0.6"
		}
		v.SetFloat(f)
	case reflect.Bool:
		if text != "true" && text != "false" {
			return "写成 true 或 false"
		}
		v.SetBool(text == "true")
	}
	return ""
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}
