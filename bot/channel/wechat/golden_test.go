package wechat_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"tongshishang/bot/channel/wechat"
)

var update = flag.Bool("update", false, "write the messages as they are decoded now into testdata")

// separator stands between what WeChat posts and the message it has to become.
const separator = "--- message ---\n"

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/messages/*.golden")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			body, want, _ := bytes.Cut(content, []byte(separator))
			r := &recorder{}
			w := serve(handler(t, settings(wechat.ModeSafe), deps(r.receive)), safeRequest(t, body, ""))
			if w.Code != http.StatusOK || w.Body.String() != "success" || len(r.got) != 1 {
				t.Fatalf("status %d, said %q, received %d", w.Code, w.Body, len(r.got))
			}
			got, err := json.MarshalIndent(r.got[0], "", "  ")
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
		})
	}
}
