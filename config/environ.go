package config

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The names of environment variables that are read, and those left to the tests.
const (
	envPrefix     = "TSS_"
	envTestPrefix = "TSS_TEST_"
)

// setting is one key that holds a value, not further keys.
type setting struct {
	key   string // with indexes: channels.0.token
	named string // with the entry's name for its index: channels.gz.token; empty where there is none
	value reflect.Value
}

// settings are all keys of a configuration with the entries its lists have now.
type settings []setting

func settingsOf(c *Config) settings { return settingsIn("", "", reflect.ValueOf(c).Elem()) }

func settingsIn(key, named string, v reflect.Value) settings {
	var list settings
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range fieldsOf(v) {
			list = append(list, settingsIn(join(key, f.name), joinNamed(named, f.name), f.value)...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			list = append(list, settingsIn(join(key, strconv.Itoa(i)), entryName(key, v.Index(i)), v.Index(i))...)
		}
	default:
		list = settings{{key, named, v}}
	}
	return list
}

// entryName is a list entry's key by its name instead of its index.
func entryName(key string, entry reflect.Value) string {
	if name, ok := fieldsOf(entry).find("name"); ok && name.String() != "" {
		return join(key, name.String())
	}
	return ""
}

func joinNamed(named, name string) string {
	if named == "" {
		return ""
	}
	return join(named, name)
}

func (s settings) find(key string) (setting, bool) {
	i := slices.IndexFunc(s, func(one setting) bool { return one.key == key })
	if i < 0 {
		return setting{}, false
	}
	return s[i], true
}

// byVariable maps each variable's name to the settings it can mean. It is more than one only where a channel's name and a
// key run together in two ways, like gz-app + secret and gz + app_secret.
func (s settings) byVariable() map[string]settings {
	found := map[string]settings{}
	for _, one := range s {
		found[variable(one.key)] = append(found[variable(one.key)], one)
		if one.named != "" {
			found[variable(one.named)] = append(found[variable(one.named)], one)
		}
	}
	return found
}

func variable(key string) string {
	return envPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))
}

// variables are the environment's settings for this program that aren't empty.
func variables(environ []string) map[string]string {
	found := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, envPrefix) && !strings.HasPrefix(name, envTestPrefix) && value != "" {
			found[name] = value
		}
	}
	return found
}

// overrideFrom sets what the environment names.
func overrideFrom(environ []string, c *Config) Problems {
	vars := variables(environ)
	grow("", reflect.ValueOf(c).Elem(), vars)
	all := settingsOf(c)
	known := all.byVariable()
	setBy := map[string]string{}
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if p := override(name, vars[name], known, setBy); p != nil {
			problems = append(problems, *p)
		}
	}
	dropOtherSource(all, setBy)
	return problems
}

// override sets one variable's setting and notes in setBy which variable did it.
func override(name, text string, known map[string]settings, setBy map[string]string) *Problem {
	targets := known[name]
	switch {
	case len(targets) == 0:
		return &Problem{Key: name, Reason: "环境变量对不上任何配置项", Mend: suggest(name, slices.Sorted(maps.Keys(known)))}
	case len(targets) > 1:
		return &Problem{Key: name, Reason: "环境变量可以指 " + targets[0].key + "，也可以指 " + targets[1].key, Mend: "用序号写，如 " + variable(targets[0].key)}
	}
	target := targets[0]
	if other, twice := setBy[target.key]; twice {
		return &Problem{Key: name, Reason: "和环境变量 " + other + " 指的是同一项", Mend: "两个只留一个"}
	}
	setBy[target.key] = name
	if want := setScalar(target.value, text); want != "" {
		return &Problem{Key: target.key, Value: shown(text, target.value), Reason: "环境变量 " + name + " 的类型不对", Mend: want}
	}
	return nil
}

// dropOtherSource lets a secret from the environment win over a …_file key of the YAML file, and the other way round.
func dropOtherSource(all settings, setBy map[string]string) {
	for key := range setBy {
		other := key + fileSuffix
		if secret, ok := strings.CutSuffix(key, fileSuffix); ok {
			other = secret
		}
		if s, ok := all.find(other); ok && setBy[other] == "" {
			s.value.SetZero()
		}
	}
}

// grow adds an empty entry to a list as long as a variable names the index just past its end.
func grow(key string, v reflect.Value, vars map[string]string) {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range fieldsOf(v) {
			grow(join(key, f.name), f.value, vars)
		}
	case reflect.Slice:
		for hasPrefix(vars, variable(join(key, strconv.Itoa(v.Len())))+"_") {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		}
	}
}

func hasPrefix(vars map[string]string, prefix string) bool {
	for name := range vars {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
