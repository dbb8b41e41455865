package config

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"
)

// keysFile is where generated keys are kept, in the data folder.
const keysFile = "keys.yaml"

func (k Keys) absent() bool { return len(k.Encryption) == 0 && k.Lookup == "" && k.Links == "" }

// EnsureKeys gives a configuration without a keys block its keys: those of keys.yaml in the data folder, which is created
// with fresh ones from rand when it isn't there. An existing file is never written over, since without its keys stored
// phones can't be read again. It tells whether the file was created, so that the operator can be told to back it up.
func (c *Config) EnsureKeys(rand io.Reader) (created bool, err error) {
	if !c.Keys.absent() {
		return false, nil
	}
	path := filepath.Join(c.DataDir, keysFile)
	created, err = createKeys(path, rand)
	if err != nil {
		return false, fmt.Errorf("create keys: %w", err)
	}
	keys, err := readKeys(path)
	if err != nil {
		return false, fmt.Errorf("read keys: %w", err)
	}
	c.Keys = keys
	return created, nil
}

func readKeys(path string) (Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Keys{}, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Keys{}, Problems{{Key: keysFile, Value: path, Reason: "别的用户也能读", Mend: "chmod 600 " + path}}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Keys{}, err
	}
	var keys Keys
	problems := decodeStrict(data, &keys)
	k := &checker{}
	k.keys(keys)
	if keys.absent() {
		k.add("keys", "", "文件里没有密钥", "从备份恢复这个文件；确实没有存过资料才可以删掉它重新生成")
	}
	problems = append(problems, k.problems.unless(problems)...)
	return keys, problems.within(keysFile + ": ").err()
}

// createKeys writes fresh keys unless there are some. The file appears whole or not at all.
func createKeys(path string, rand io.Reader) (created bool, err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	text, err := freshKeys(rand)
	if err != nil {
		return false, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return false, err
	}
	temporary, err := writeTemporary(dir, text)
	if err != nil {
		return false, err
	}
	// A rename would replace keys that another process made meanwhile; a link fails where the name is taken.
	err = os.Link(temporary, path)
	created = err == nil
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return created, errors.Join(err, os.Remove(temporary), syncFolder(dir))
}

// keyFile is the file's form; the keys block masks itself when it is written.
type keyFile struct {
	Encryption []keyFileEntry `yaml:"encryption"`
	Lookup     string         `yaml:"lookup"`
	Links      string         `yaml:"links"`
}

type keyFileEntry struct {
	ID  string `yaml:"id"`
	Key string `yaml:"key"`
}

// freshKeys makes three keys. The encryption key's id is taken from its own hash, so that two installations' keys never share one.
func freshKeys(rand io.Reader) ([]byte, error) {
	random := make([]byte, 3*keyBytes)
	if _, err := io.ReadFull(rand, random); err != nil {
		return nil, fmt.Errorf("read random bytes: %w", err)
	}
	text := func(n int) string {
		return base64.StdEncoding.EncodeToString(random[n*keyBytes : (n+1)*keyBytes])
	}
	sum := sha256.Sum256(random[:keyBytes])
	body, err := yaml.Marshal(keyFile{
		Encryption: []keyFileEntry{{ID: "k" + hex.EncodeToString(sum[:4]), Key: text(0)}},
		Lookup:     text(1),
		Links:      text(2),
	})
	if err != nil {
		return nil, err
	}
	return append([]byte("# 自动生成。请备份到别处；丢了它，存下的电话和证件号就再也读不出来。\n"), body...), nil
}

// writeTemporary writes a file only its owner can read and has it on the disk before it returns the name.
func writeTemporary(dir string, text []byte) (name string, err error) {
	f, err := os.CreateTemp(dir, keysFile+".*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
