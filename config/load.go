package config

import (
	"fmt"
	"os"
	"strings"
)

// Load reads the YAML file at path over the defaults, then the TSS_ variables of environ ("NAME=value" as os.Environ gives
// them), then the files that …_file keys name. The error is Problems with every fault found, unless the file can't be read.
//
// A variable's name is TSS_ and the key in capitals with dots as underscores: TSS_DATABASE_URL, TSS_CHANNELS_0_TOKEN, or with
// the channel's name TSS_CHANNELS_GZ_TOKEN. An index just past the end of a list adds an entry. An empty variable changes
// nothing: in compose files and unit files an unset value often arrives as an empty one, and emptying a secret by accident
// must not open a door. A TSS_ variable that names no key is a problem, except those beginning TSS_TEST_.
func Load(path string, environ []string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return parse(data, environ)
}

func parse(data []byte, environ []string) (*Config, error) {
	root, broken := readTree(data)
	if broken != nil {
		return nil, Problems{*broken}
	}
	c := Default()
	problems := fill(root, c)
	problems = append(problems, overrideFrom(environ, c)...)
	problems = append(problems, readSecretFiles(c)...)
	c.complete()
	problems = append(problems, check(c).unless(problems)...)
	if err := problems.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// fileSuffix marks the key that names a file with another key's value.
const fileSuffix = "_file"

// readSecretFiles replaces each …_file setting that is given by what stands in the file, without the newline at its end.
func readSecretFiles(c *Config) Problems {
	var problems Problems
	all := settingsOf(c)
	for _, s := range all {
		key, isFile := strings.CutSuffix(s.key, fileSuffix)
		secret, ok := all.find(key)
		if !isFile || !ok || s.value.String() == "" {
			continue
		}
		if secret.value.String() != "" {
			problems = append(problems, Problem{Key: secret.key, Value: mask, Reason: "和 " + s.key + " 同时给了", Mend: "两个只留一个"})
			continue
		}
		text, problem := readSecret(s.value.String())
		if problem != nil {
			problem.Key = secret.key
			problems = append(problems, *problem)
			continue
		}
		secret.value.SetString(text)
	}
	return problems
}

func readSecret(path string) (string, *Problem) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", &Problem{Value: path, Reason: "密钥文件读不出来: " + err.Error(), Mend: "检查路径，以及运行服务的用户有没有读的权限"}
	}
	text := strings.TrimRight(string(data), "\r\n")
	if text == "" {
		return "", &Problem{Value: path, Reason: "密钥文件是空的", Mend: "把密钥写进文件，一行"}
	}
	return text, nil
}
