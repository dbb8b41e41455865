package wechat_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"tongshishang/bot"
	"tongshishang/bot/channel/wechat"
)

// Clients that other people wrote talk to the adapter in safe mode over real HTTP. TSS_TEST_NPM names the folder where
// `npm ci` has installed testdata/npm/package.json.
func TestClientsOfOthers(t *testing.T) {
	installed := os.Getenv("TSS_TEST_NPM")
	if installed == "" {
		t.Skip("TSS_TEST_NPM isn't set: the npm clients are not installed")
	}
	const said = "已登记 #012 路灯不亮(学校门口),平襄镇。进度发“#查询 12”"
	var mu sync.Mutex
	keys := map[string]int{}
	d := deps(func(_ context.Context, m *bot.Message) (bot.Answer, error) {
		mu.Lock()
		defer mu.Unlock()
		keys[m.Key()]++
		return bot.Answer{Text: said}, nil
	})
	d.Rand, d.Clock = rand.Reader, bot.SystemClock
	server := httptest.NewServer(handler(t, settings(wechat.ModeSafe), d))
	defer server.Close()

	client := exec.CommandContext(t.Context(), "node", "--no-deprecation", "testdata/npm/client.js",
		"--url", server.URL+"/wechat/gz", "--token", token, "--key", key, "--appid", appID, "--expect", "已登记 #012")
	client.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(installed, "node_modules"))
	client.Stderr = os.Stderr
	output, err := client.Output()
	if err != nil {
		t.Fatalf("client: %v", err)
	}
	var got struct {
		OK    bool
		Reply string
	}
	if err := json.Unmarshal(output, &got); err != nil || !got.OK || got.Reply != said {
		t.Errorf("client printed %q, %v", output, err)
	}
	if len(keys) != 2 {
		t.Errorf("%d different messages, want one of each library: %v", len(keys), keys)
	}
	for key, times := range keys {
		if times != 2 {
			t.Errorf("message %s arrived %d times, want 2", key, times)
		}
	}
}
