package wechat_test

import (
	"context"
	"testing"

	"tongshishang/bot"
	"tongshishang/bot/channel/wechat"
)

// The cost of a message at this end, without HTTP: checked, decrypted and decoded. Making the request costs as much again
// in safe mode, because that encrypts.
func BenchmarkServe(b *testing.B) {
	silence := func(context.Context, *bot.Message) (bot.Answer, error) { return bot.Answer{}, nil }
	for _, mode := range []wechat.Mode{wechat.ModePlain, wechat.ModeSafe} {
		b.Run(string(mode), func(b *testing.B) {
			h := handler(b, settings(mode), deps(silence))
			for b.Loop() {
				request := plainRequest(textBody("学校门口路灯不亮"))
				if mode == wechat.ModeSafe {
					request = safeRequest(b, textBody("学校门口路灯不亮"), "")
				}
				if w := serve(h, request); w.Code != 200 {
					b.Fatalf("status %d", w.Code)
				}
			}
		})
	}
}
