package onebot_test

import (
	"context"
	"testing"

	"tongshishang/bot"
)

// The cost of a message at this end, without HTTP: checked, decoded, answered.
func BenchmarkServe(b *testing.B) {
	for _, v := range []struct {
		version
		body []byte
	}{{v11, text11("学校门口路灯不亮")}, {v12, text12("学校门口路灯不亮")}} {
		b.Run(v.name, func(b *testing.B) {
			adapter := v.adapter(b, "http://127.0.0.1:1", silence)
			for b.Loop() {
				if w := serve(adapter, v.sign(v.body)); w.Code != 204 {
					b.Fatalf("status %d", w.Code)
				}
			}
		})
	}
}

func silence(context.Context, *bot.Message) (bot.Answer, error) { return bot.Answer{}, nil }
