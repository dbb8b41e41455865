package onebot_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"tongshishang/bot"
)

var update = flag.Bool("update", false, "write the messages as they are decoded now into testdata")

// separator stands between what the bridge posts and the message it has to become; null is no message.
const separator = "--- message ---\n"

func TestGolden(t *testing.T) {
	for _, v := range []version{v11, v12} {
		files, err := filepath.Glob(filepath.Join("testdata", v.name, "*.golden"))
		if err != nil || len(files) < 15 {
			t.Fatalf("%d golden files, %v", len(files), err)
		}
		for _, file := range files {
			t.Run(v.name+" "+filepath.Base(file), func(t *testing.T) { testGolden(t, v, file) })
		}
	}
}

func testGolden(t *testing.T, v version, file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	body, want, _ := bytes.Cut(content, []byte(separator))
	r := &recorder{}
	if w := v.deliver(t, body, r); w.Code != http.StatusNoContent {
		t.Fatalf("status %d, want 204", w.Code)
	}
	var message *bot.Message
	if len(r.got) > 0 {
		message = r.got[0]
	}
	got, err := json.MarshalIndent(message, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(file, bytes.Join([][]byte{body, got}, []byte(separator)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("decoded\n%s\nwant\n%s", got, want)
	}
}
