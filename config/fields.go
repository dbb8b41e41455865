package config

import (
	"reflect"
	"strings"
)

// field is a struct's field under its YAML name.
type field struct {
	name  string
	value reflect.Value
}

// fields are a struct's fields in the order they are declared.
type fields []field

// fieldsOf lists v's fields that have a YAML name; those of an inlined struct count as v's own.
func fieldsOf(v reflect.Value) fields {
	var list fields
	for declared, value := range v.Fields() {
		name, options, _ := strings.Cut(declared.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			list = append(list, fieldsOf(value)...)
		case name != "" && name != "-":
			list = append(list, field{name, value})
		}
	}
	return list
}

func (f fields) find(name string) (reflect.Value, bool) {
	for _, field := range f {
		if field.name == name {
			return field.value, true
		}
	}
	return reflect.Value{}, false
}

func (f fields) names() []string {
	names := make([]string, len(f))
	for i, field := range f {
		names[i] = field.name
	}
	return names
}

// mostListed is how many names somebody reads through; a longer list is left to the example.
const mostListed = 30

// suggest says how to mend an unknown name: with the nearest known one when it looks like a slip, else with all of them.
func suggest(name string, known []string) string {
	nearest := ""
	if len(name) <= longestSlip {
		nearest = nearestTo(name, known)
	}
	if nearest != "" {
		return "是不是 " + nearest + "？不是就删掉"
	}
	if len(known) > mostListed {
		return "删掉，能用的见示例配置或内置的规则包"
	}
	return "删掉，这里能用的有 " + strings.Join(known, "、")
}

// longestSlip bounds the work on a name that is no slip of anything, like a whole text pasted in the wrong place.
const longestSlip = 64

// nearestTo is the known name that takes the fewest changes, at most a third of the letters and one more; empty if none does.
func nearestTo(name string, known []string) string {
	best, nearest := len(name)/3+2, ""
	for _, k := range known {
		if distance := editDistance(name, k); distance < best {
			best, nearest = distance, k
		}
	}
	return nearest
}

// editDistance is the number of letters to put in, take out or change to make b of a (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
