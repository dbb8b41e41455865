package config

import (
	"errors"
	"strings"
	"testing"
)

// FuzzParse feeds files and environments to the loader. It must end with a checked configuration or with problems that
// have a reason, one a line.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole), "TSS_LISTEN=:1")
	f.Add([]byte(least), "TSS_CHANNELS_0_NAME=x")
	f.Add([]byte("listen: [\n"), "")
	f.Add([]byte("a: &a [*a, *a]\nchannels: *a\n"), "TSS_CHANNELS_0_")
	f.Add([]byte("? [1]\n: 2\n<<: {listen: x}\n"), "TSS_=1")
	f.Add([]byte("keys: {encryption: [{id: 1, key: ~}]}\nintake: {batch: 1e9, queue: 0x10}"), "TSS_KEYS_ENCRYPTION_1_KEY=x")
	f.Add([]byte("database: {url: 'mysql://u@unix('}\nredis: {url: 'redis+sentinel://,'}"), "TSS_REDIS_URL=redis://@/")
	f.Add([]byte("listen: x"), "TSS_KEYS\n\xffIEY=x")
	f.Fuzz(func(t *testing.T, data []byte, variable string) {
		if strings.Contains(variable, "_FILE=") || strings.Contains(string(data), "_file") {
			t.Skip("would read files of this machine")
		}
		c, err := parse(data, []string{variable})
		if err == nil {
			if again := check(c); len(again) > 0 {
				t.Fatalf("accepted with problems: %v", again)
			}
			return
		}
		var problems Problems
		if !errors.As(err, &problems) || strings.Count(err.Error(), "\n") != len(problems)-1 {
			t.Fatalf("got %v", err)
		}
		for _, p := range problems {
			if p.Reason == "" {
				t.Fatalf("no reason: %+v", p)
			}
		}
	})
}

// FuzzPack decodes any text into every pack; a pack that decodes and passes its check must be usable.
func FuzzPack(f *testing.F) {
	for i, file := range (&Rules{}).files() {
		data, err := embedded.ReadFile("rules/" + file.name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, i)
	}
	f.Fuzz(func(t *testing.T, data []byte, which int) {
		var rules Rules
		files := rules.files()
		file := files[uint(which)%uint(len(files))]
		if problems := append(decodeStrict(data, file.into), checkHead(file.into.head())...); len(problems) > 0 {
			return
		}
		if len(file.into.check()) > 0 {
			return
		}
		switch pack := file.into.(type) {
		case *Texts:
			for _, known := range knownTexts {
				if text := pack.Render(known.name, nil); strings.Contains(text, "!") {
					t.Fatalf("%s shouts: %s", known.name, text)
				}
			}
		case *Categories:
			if pack.Agency("") == "" {
				t.Fatal("no agency for what fits nowhere")
			}
		case *Conduct:
			pack.IsEndorseStep(1 << 40)
		}
	})
}
