package state

import (
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/cache"
)

func TestTokenCache(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		var c cache.Cache = NewTokenCache(s)
		if got := c.Get("gowechat_token_wx1"); got != nil || c.IsExist("gowechat_token_wx1") {
			t.Errorf("before it was set: %v, want nil", got)
		}
		if err := c.Set("gowechat_token_wx1", "t0ken", time.Hour); err != nil {
			t.Fatal(err)
		}
		if got, ok := c.Get("gowechat_token_wx1").(string); !ok || got != "t0ken" || !c.IsExist("gowechat_token_wx1") {
			t.Errorf("got %q, %v; want the string t0ken", got, ok)
		}
		if left := s.client.PTTL(t.Context(), s.keys.keyToken("gowechat_token_wx1")).Val(); left <= 0 || left > time.Hour {
			t.Errorf("the token lives %v, want an hour", left)
		}
		if err := c.Delete("gowechat_token_wx1"); err != nil || c.IsExist("gowechat_token_wx1") {
			t.Errorf("after Delete it is still there (%v)", err)
		}
	})
}

func TestTokenCache_DeadServer(t *testing.T) {
	s, _ := openEmbedded(t)
	s.server.redis.Close()
	c := NewTokenCache(s)
	if got := c.Get("k"); got != nil {
		t.Errorf("Get: %v, want nil", got)
	}
	if c.Set("k", "v", time.Minute) == nil || c.Delete("k") == nil {
		t.Error("Set or Delete hid the failure")
	}
}
