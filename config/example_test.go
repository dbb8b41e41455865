package config

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const examplePath = "../deploy/config.example.yaml"

// switchedOff is a line of the example that holds a key which isn't in use.
var switchedOff = regexp.MustCompile(`(?m)^( *)# ( *(?:- )?[a-z_]+:.*)$`)

func readExample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestExample_Loads(t *testing.T) {
	c, err := Load(examplePath, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Channels) != 3 || len(c.Groups) != 1 {
		t.Errorf("%d channels, %d groups", len(c.Channels), len(c.Groups))
	}
}

// TestExample_NamesEveryKey switches every line on and compares the keys with the struct's.
func TestExample_NamesEveryKey(t *testing.T) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(switchedOff.ReplaceAllString(readExample(t), "$1$2")), &root); err != nil {
		t.Fatal(err)
	}
	inFile := map[string]bool{}
	collectNodeKeys("", root.Content[0], inFile)
	inStruct := map[string]bool{}
	collectTypeKeys("", reflect.TypeFor[Config](), inStruct)
	if len(inStruct) < 50 {
		t.Fatalf("only %d keys found in the struct", len(inStruct))
	}
	for key := range inStruct {
		if !inFile[key] {
			t.Errorf("the example lacks %s", key)
		}
	}
	for key := range inFile {
		if !inStruct[key] {
			t.Errorf("the example has %s, the struct doesn't", key)
		}
	}
}

// TestExample_EveryKeyHasAComment looks for one behind each key or, for a list's first, above it.
func TestExample_EveryKeyHasAComment(t *testing.T) {
	keyLine := regexp.MustCompile(`^ *(?:# *)?(?:- )?([a-z_]+):(.*)$`)
	for n, line := range strings.Split(readExample(t), "\n") {
		if m := keyLine.FindStringSubmatch(line); m != nil && !strings.Contains(m[2], " # ") && !strings.HasPrefix(strings.TrimSpace(m[2]), "# ") {
			t.Errorf("line %d: %s has no comment", n+1, m[1])
		}
	}
}

// TestExample_ShowsTheDefaults keeps the values that the example shows for optional settings equal to the defaults.
func TestExample_ShowsTheDefaults(t *testing.T) {
	c, err := Load(examplePath, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	c.PublicURL, c.Database.URL, c.Redis.URL, c.Channels, c.Groups = "", "", "", nil, nil
	if !reflect.DeepEqual(c, want) {
		t.Errorf("\n got %+v\nwant %+v", c, want)
	}
}

func collectNodeKeys(key string, n *yaml.Node, into map[string]bool) {
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			collectNodeKeys(join(key, "*"), item, into)
		}
	case yaml.MappingNode:
		for i := 0; i < len(n.Content); i += 2 {
			collectNodeKeys(join(key, n.Content[i].Value), n.Content[i+1], into)
		}
	default:
		into[key] = true
	}
}

func collectTypeKeys(key string, t reflect.Type, into map[string]bool) {
	switch t.Kind() {
	case reflect.Struct:
		for f := range t.Fields() {
			name := f.Tag.Get("yaml")
			if name == "" || name == "-" {
				panic("a field of the configuration has no key: " + f.Name)
			}
			collectTypeKeys(join(key, name), f.Type, into)
		}
	case reflect.Slice:
		collectTypeKeys(join(key, "*"), t.Elem(), into)
	default:
		into[key] = true
	}
}
